"""Cards about a chat that a person has instead of the bot; for staff only."""

from bot.cards.buttons import buttons_of
from bot.cards.case_cards import SAID, said_lines
from bot.cards.context import CardContext
from core.channel.outbound import Card
from core.clients.tables import client
from core.conversations.tables import handoff
from core.staff.tables import staff
from core.store.sealing import Row
from core.views.talk import last_in_chat


def called(ctx: CardContext) -> Card:
    """Somebody wants a person; once it is decided, who has it."""
    row = ctx.lookup.peek(handoff, ctx.subject["handoff"])
    if row is None:
        return Card(text=ctx.say("refusal.not_found"))
    text = ctx.say(f"handoff.{row['reason']}", name=_name(ctx))
    return Card(
        title=ctx.say("handoff.title"),
        text=text,
        facts=_facts(ctx),
        buttons=buttons_of(ctx),
        footer=_state(ctx, row),
        kind="handoff",
    )


def held(ctx: CardContext) -> Card:
    """What the holder needs to go on: who it is, how the case stands, what was said last."""
    row = ctx.lookup.peek(handoff, ctx.subject["handoff"])
    if row is None:
        return Card(text=ctx.say("refusal.not_found"))
    mine = row["state"] == "held" and row["holder_id"] == ctx.actor.id
    return Card(
        title=ctx.say("handoff.held_title", name=_name(ctx)),
        text="\n".join(said_lines(ctx, last_in_chat(ctx.lookup, row["conversation_id"], SAID))),
        facts=_facts(ctx),
        buttons=buttons_of(ctx),
        footer=ctx.say("handoff.how") if mine else _state(ctx, row),
        kind="handoff",
    )


def client_wrote(ctx: CardContext) -> Card:
    name, words = _name(ctx), str(ctx.params["text"])
    if "case" in ctx.subject:
        text = ctx.say("handoff.wrote_case", name=name, number=ctx.case().row["number"], text=words)
    else:
        text = ctx.say("handoff.wrote", name=name, text=words)
    return Card(text=text, buttons=buttons_of(ctx), kind="said")


def _facts(ctx: CardContext) -> tuple[tuple[str, str], ...]:
    if "case" not in ctx.subject:
        return ()
    view = ctx.case()
    return (
        (ctx.say("task.case"), view.row["number"]),
        (ctx.say("case.stage"), ctx.word(view.stage.name)),
        (ctx.say("case.docs"), ctx.say("stage.docs_value", done=view.completion.done, total=view.completion.total)),
    )


def _state(ctx: CardContext, row: Row) -> str:
    if row["state"] == "waiting":
        return ""
    if row["state"] == "ended":
        return ctx.say("handoff.ended", when=ctx.when(row["ended_at"]))
    holder = ctx.lookup.peek(staff, row["holder_id"])
    return ctx.say("handoff.taken", who="" if holder is None else holder["name"], when=ctx.when(row["taken_at"]))


def _name(ctx: CardContext) -> str:
    person = ctx.lookup.peek(client, ctx.subject["client"])
    return "" if person is None else ctx.client_name(person)
