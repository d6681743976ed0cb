"""The digest: what waits for a member of staff this morning, a line each, the most urgent first."""

from bot.cards.case_cards import listed
from bot.cards.context import CardContext
from core.cases.tables import case
from core.channel.outbound import Card
from core.clients.tables import client
from core.store.sealing import Row
from core.views.digest import digest as digest_of

MOST = 5  # named on each line


def digest(ctx: CardContext) -> Card:
    """As things are when it is sent."""
    found = digest_of(ctx.lookup, ctx.house.catalogue, ctx.actor.id, ctx.now)
    lines = [
        _line(ctx, "overdue", [_task(ctx, row) for row in found.overdue]),
        _line(ctx, "tasks", [_task(ctx, row) for row in found.tasks]),
        _line(ctx, "reviews", [_number(ctx, row["case_id"]) for row in found.reviews]),
        _line(ctx, "chats", [_name(ctx, row) for row in found.chats]),
        _line(ctx, "near", [f"{row['number']} {ctx.when(row['due'])}" for row in found.near]),
    ]
    if found.for_others:
        lines.append(ctx.say("digest.for_others", names=listed(ctx, list(found.for_others))))
    title = ctx.say("digest.title", day=ctx.day(str(ctx.params["day"])))
    return Card(
        title=title, text="\n".join(line for line in lines if line), footer=ctx.say("digest.how"), kind="digest"
    )


def _line(ctx: CardContext, kind: str, names: list[str]) -> str:
    if not names:
        return ""
    shown = list(dict.fromkeys(name for name in names if name))
    more = ctx.say("digest.more", n=len(shown) - MOST) if len(shown) > MOST else ""
    return ctx.say(f"digest.{kind}", n=len(names), list=listed(ctx, shown[:MOST]) + more)


def _task(ctx: CardContext, row: Row) -> str:
    return " ".join(part for part in (ctx.word(row["title"]), _number(ctx, row["case_id"])) if part)


def _number(ctx: CardContext, case_id: int) -> str:
    row = ctx.lookup.peek(case, case_id)
    return "" if row is None else str(row["number"])


def _name(ctx: CardContext, row: Row) -> str:
    person = ctx.lookup.peek(client, row["client_id"])
    return "" if person is None else ctx.client_name(person)
