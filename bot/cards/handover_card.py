"""The card of whoever takes a case over: the client's profile, the hand-over form, the files, and what became of it."""

from typing import Any

from bot.cards.buttons import buttons_of, taken_away
from bot.cards.case_cards import listed, summary
from bot.cards.context import CardContext
from bot.cards.values import shown_value
from bot.cards.wording import acted_for, staff_name
from core.cases.handover_rows import open_handover
from core.cases.past import stage_once
from core.cases.tables import case_handover
from core.channel.outbound import Card
from core.engine.access import Mask, Pii
from core.engine.field_words import is_empty
from core.views.checklist_view import checklist
from core.wiring.subjects import of_case

MOST = 20  # fields beside those of the form


def handover(ctx: CardContext) -> Card:
    """As it is at this moment; whoever may not read the case sees its number alone."""
    row = ctx.lookup.peek(case_handover, ctx.subject["handover"])
    if row is None:
        return Card(text=ctx.say("refusal.not_found"), kind="handover")
    view = ctx.case()
    stage = stage_once(ctx.lookup, ctx.house.catalogue, view.row, row["stage"])[1]
    title = ctx.say("handover.title", number=view.row["number"], stage=ctx.word(stage.name))
    footer = ctx.say("handover.moved") if row["state"] == "offered" and taken_away(ctx) else _became(ctx, row)
    if not ctx.house.policy.may(ctx.actor, "case.read", of_case(view.row)) or taken_away(ctx):
        return Card(title=title, footer=footer, kind="handover")
    form = () if stage.handover is None else stage.handover.form
    facts = [*summary(ctx), *_values(ctx, form), *_others(ctx, form)]
    text = ctx.say("handover.offered", who=staff_name(ctx, row["giver_id"]), when=ctx.when(row["offered_at"]))
    text = "\n".join(part for part in (text, _files(ctx)) if part)
    buttons = buttons_of(ctx)
    return Card(title=title, text=text, facts=tuple(facts), buttons=buttons, footer=footer, kind="handover")


def waiting(ctx: CardContext) -> str:
    """For the giver's card: who has not answered yet."""
    row = open_handover(ctx.lookup, ctx.subject["case"])
    return "" if row is None else ctx.say("handover.waiting", who=staff_name(ctx, row["receiver_id"]))


def _became(ctx: CardContext, row: dict[str, Any]) -> str:
    if row["state"] == "offered":
        return ""
    if row["state"] == "lapsed":
        return ctx.say("handover.lapsed")
    who, when = acted_for(ctx, row["settled_by"], row["settled_for"]), ctx.when(row["settled_at"])
    return ctx.say(f"handover.became_{row['state']}", who=who, when=when, reason=row["reason"] or "")


def _values(ctx: CardContext, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """The fields that hold something, as far as this reader may see them."""
    view, found = ctx.case(), []
    own: dict[str, Pii] = {field.key: field.pii for field in view.compiled.flow.fields}
    masks = ctx.house.policy.fields(ctx.actor, "case", own)
    known = {field.key: field for field in view.compiled.flow.fields}
    for key in keys:
        value, mask = view.row["fields"].get(key), masks.get(key, Mask.HIDDEN)
        if key not in known or is_empty(value) or mask is Mask.HIDDEN:
            continue
        found.append((ctx.word(known[key].name), shown_value(ctx, known[key], value, mask)))
    return found


def _others(ctx: CardContext, form: tuple[str, ...]) -> list[tuple[str, str]]:
    keys = tuple(each.key for each in ctx.case().compiled.flow.fields if each.key not in form)
    return _values(ctx, keys)[:MOST]


def _files(ctx: CardContext) -> str:
    """What was handed in, in one line."""
    view = ctx.case()
    if not ctx.house.policy.may(ctx.actor, "document.read", of_case(view.row)):
        return ""
    rows = checklist(ctx.lookup, view.compiled, view.row["id"])
    names = [ctx.word(each.item.name) for each in rows if each.row["status"] in ("submitted", "approved")]
    return ctx.say("handover.files", names=listed(ctx, names)) if names else ctx.say("handover.no_files")
