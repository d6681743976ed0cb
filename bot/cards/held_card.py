"""A file that waits for the virus check: since when, and what a person may do."""

from datetime import datetime

from bot.cards.buttons import buttons_of
from bot.cards.context import CardContext
from core.channel.outbound import Card
from core.conversations.tables import conversation
from core.ledger.errands import is_held
from core.ledger.tables import errand, in_state
from core.wiring.subjects import of_case

MOST = 10  # names on one card
OPEN = ("waiting", "running")


def held_file(ctx: CardContext) -> Card:
    """The file's name is the client's, and is shown on the case's own card only."""
    row = ctx.lookup.peek(errand, ctx.subject["errand"])
    number = ctx.case().row["number"] if "case" in ctx.subject else ""
    if row is None or not is_held(row):
        return Card(text=ctx.say("held.over", number=number), kind="held_file")
    since = ctx.when(datetime.fromisoformat(row["what"]["since"]))
    text = ctx.say("held.text", number=number, since=since)
    return Card(title=ctx.say("held.title"), text=text, buttons=buttons_of(ctx), kind="held_file")


def held_names(ctx: CardContext, client_id: int) -> str:
    """Names of this client's files that wait, for whoever may read documents; empty when there are none."""
    if ctx.actor.kind == "staff" and not ctx.house.policy.may(ctx.actor, "document.read", of_case(ctx.case().row)):
        return ""
    chats = ctx.lookup.find(conversation, client_id=client_id)
    keys = {chat["key"] for chat in chats}
    rows = ctx.lookup.find(errand, in_state(errand, *OPEN), errand.c.conversation.in_(keys))
    names = [ctx.file_name(row["what"]["message"]["file"]["name"]) for row in rows if is_held(row)][:MOST]
    return ("、" if ctx.language == "zh-CN" else ", ").join(names)
