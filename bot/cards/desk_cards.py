"""Cards that staff ask for: the board, the questions of a form."""

from bot.cards.approval_card import asking
from bot.cards.buttons import buttons_of
from bot.cards.case_cards import question
from bot.cards.client_cards import item
from bot.cards.context import CardContext
from bot.cards.stays import asking_for_stays, with_rows
from bot.cards.wording import whose_item
from core.cases.past import field_once, stage_once
from core.channel.outbound import Card
from core.engine.access import Actor
from core.engine.choosing import MOST_SHOWN, offered
from core.engine.flow import Field
from core.views.board import board, reachable_cases
from core.views.checklist_view import askable
from core.views.document_view import document_view
from core.wiring.subjects import of_case

MAX_LINES = 40


def board_card(ctx: CardContext) -> Card:
    """Every reachable case by stage."""
    rows = reachable_cases(ctx.lookup, ctx.actor, ctx.house.policy, of_case)
    if not rows:
        return Card(text=ctx.say("board.empty"), kind="board")
    lines = []
    for column in board(ctx.lookup, ctx.house.catalogue, rows):
        if column.cases:
            numbers = " ".join(row["number"] for row in column.cases[:MAX_LINES])
            lines.append(f"{ctx.word(column.stage.name)} ({len(column.cases)}): {numbers}")
    return Card(title=ctx.say("board.title"), text="\n".join(lines[:MAX_LINES]), kind="board")


def dialog(ctx: CardContext) -> Card:
    """The question of an open dialog."""
    if ctx.params["kind"] in ("tag", "consultation"):
        return question(ctx)
    if ctx.params["kind"] in ("vote", "override"):
        return asking(with_subject(ctx, {"case": ctx.params["case"]}))
    if ctx.params["kind"] == "send_back":
        view = with_subject(ctx, {"case": ctx.params["case"]}).case()
        stage = ctx.word(stage_once(ctx.lookup, ctx.house.catalogue, view.row, ctx.params["to"])[1].name)
        return Card(text=ctx.say("send_back.why", number=view.row["number"], stage=stage), kind="form")
    if ctx.params["kind"] == "collect":
        return item(with_subject(ctx, {"case": ctx.params["case"], "item": ctx.params["item"]}))
    asked = with_subject(ctx, {"case": ctx.params["case"]})
    if ctx.params["kind"] == "date":
        words = ctx.say(f"date_name.{ctx.params['name']}")
        view_of = document_view(ctx.lookup, ctx.house.catalogue, ctx.params["version"])
        what = f"{ctx.word(view_of.item.name)} · {words}"
        return Card(text=ctx.say("form.ask_date", field=what), kind="form")
    view = asked.case()
    if ctx.params["kind"] == "facts":
        return _of_client(ctx, field_once(ctx.lookup, ctx.house.catalogue, view.row, ctx.params["fields"][0]))
    if ctx.params["trigger"] == "ask_supplement":
        items = askable(ctx.lookup, view.compiled, view.row["id"])
        lines = [whose_item(ctx, each, view.applicants) for each in items]
        listed = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, start=1))
        return Card(text=ctx.say("form.items", list=listed), kind="form")
    field = field_once(ctx.lookup, ctx.house.catalogue, view.row, ctx.params["fields"][0])
    return Card(text=_asking_for(ctx, field), buttons=buttons_of(ctx), kind="form")


def _of_client(ctx: CardContext, field: Field) -> Card:
    """A question to a client: what was wrong with his last answer, the question, how to answer, how to leave it."""
    lines = [ctx.word(ctx.params["problem"])] if "problem" in ctx.params else []
    lines.append(_asking_for(ctx, field))
    if field.type in _HOW:
        lines.append(ctx.say(_HOW[field.type]))
    return Card(text="\n".join(lines), footer=ctx.say("facts.how", n=ctx.params["left"]), kind="form")


_HOW = {"bool": "facts.how_bool", "money": "facts.how_money", "multi": "facts.how_multi"}


def _asking_for(ctx: CardContext, field: Field) -> str:
    words = ctx.word(field.ask if field.ask is not None else field.name)
    field = with_rows(ctx, field)
    if field.type == "stays":
        return asking_for_stays(ctx, field, words)
    among = ctx.params.get("among", ())
    if field.choices_from is not None and len(field.choices) > MOST_SHOWN and not among:
        return ctx.say("form.ask_part", field=words, n=len(field.choices))
    if field.choices:
        numbered = enumerate(offered(field, among), start=1)
        choices = " / ".join(f"{n} {ctx.word(each.name)}" for n, each in numbered)
        return ctx.say("form.ask_choices", field=words, choices=choices)
    return ctx.say("form.ask_date" if field.type == "date" else "form.ask", field=words)


def with_subject(ctx: CardContext, subject: dict[str, int]) -> CardContext:
    actor: Actor = ctx.actor
    return CardContext(ctx.house, ctx.lookup, actor, ctx.language, subject, ctx.params, ctx.tokens, ctx.now)
