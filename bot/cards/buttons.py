"""The buttons of a card, as they are at this moment: what is spent, closed or done already is not shown."""

from bot.cards.context import CardContext
from core.cases.handover_rows import open_handover
from core.cases.tables import case, document_version
from core.channel.outbound import Button
from core.clients.tags import one_form, tags_of
from core.ledger.tables import button
from core.store.sealing import Row
from core.tasks.tables import task


def buttons_of(ctx: CardContext) -> tuple[Button, ...]:
    """Open buttons in the order in which they were minted."""
    if not ctx.tokens:
        return ()
    rows = {row["token"]: row for row in ctx.lookup.find(button, button.c.token.in_(ctx.tokens))}
    shown = [rows[token] for token in ctx.tokens if token in rows and rows[token]["state"] == "open"]
    return tuple(
        Button(token=row["token"], label=ctx.word(row["label"]), style=row["style"])
        for row in shown
        if not _done(ctx, row)
    )


def taken_away(ctx: CardContext) -> bool:
    """Whether every button of this reader was closed without a press: the work went to somebody else."""
    rows = ctx.lookup.find(button, button.c.token.in_(ctx.tokens)) if ctx.tokens else []
    return bool(rows) and all(row["state"] == "closed" and row["settled_by"] is None for row in rows)


def replaced(ctx: CardContext, card: str) -> bool:
    """Whether this copy was one of an earlier card: its buttons hang on another key."""
    row = ctx.lookup.first(button, token=ctx.tokens[0]) if ctx.tokens else None
    return row is not None and row["card"] != card


def renewed(ctx: CardContext, card: str) -> bool:
    """Whether nothing of this copy can be pressed any more, and its reader has other buttons on this card."""
    rows = ctx.lookup.find(button, button.c.token.in_(ctx.tokens)) if ctx.tokens else []
    if not rows or any(row["state"] == "open" for row in rows):
        return False
    mine = {"for_kind": ctx.actor.kind, "for_id": ctx.actor.id}
    return ctx.lookup.first(button, card=card, state="open", **mine) is not None


def _done(ctx: CardContext, row: Row) -> bool:
    """Whether a button that stays open has nothing left to do."""
    if not row["keeps"]:
        return False
    command, args = row["command"]["command"], row["command"]["args"]
    if command == "SetFields":
        there = ctx.lookup.peek(case, args["case_id"])
        return there is not None and all(there["fields"].get(name) == value for name, value in args["fields"].items())
    if command == "SetSubstate":
        there = ctx.lookup.peek(case, args["case_id"])
        return there is not None and there["substate"] == args["substate"]
    if command == "OpenHandover":
        return open_handover(ctx.lookup, args["case_id"]) is not None
    if command == "TickCheck":
        version = ctx.lookup.peek(document_version, args["version_id"])
        return version is not None and args["check"] in version["ticks"]
    if command == "ShowReview":
        version = ctx.lookup.peek(document_version, args["version_id"])
        return version is None or version["status"] != "submitted"
    if command == "OfferSecondLook":
        version = ctx.lookup.peek(document_version, args["version_id"])
        return version is not None and version["first_for"] is not None and version["first_for"] == version["second_id"]
    if command == "UntagClient":
        return one_form(args["tag"]) not in {one_form(each) for each in tags_of(ctx.lookup, args["client_id"])}
    if command == "AskDate":
        version = ctx.lookup.peek(document_version, args["version_id"])
        return version is not None and args["name"] in version["dates"]
    if command in ("CompleteTask", "ShowTask", "SnoozeTask", "OfferTask", "ClaimTask"):
        there = ctx.lookup.peek(task, args["task_id"])
        free = there is not None and there["state"] == "open" and (command != "ClaimTask" or there["staff_id"] is None)
        return not free
    if command == "RecordDeposit":
        return bool(ctx.params.get("deposit_paid"))
    return False
