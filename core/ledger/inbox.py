"""The inbox: what platforms delivered, stored once and committed before it is answered; worked off in order."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, partial

from sqlalchemy import ColumnElement, FromClause, Select, or_, select

from core.channel.inbound import Update
from core.kit.fail_points import reach
from core.ledger.crowd import FirstOfEach, crowded
from core.ledger.due import MOST, NOW, is_due, told
from core.ledger.share import WHOLE, Share, own_first
from core.ledger.tables import in_state, inbox, oldest_first
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork

FAIR = 16  # entries of one conversation in one look
MAX_ATTEMPTS = 5  # then the update is parked as a dead letter that an admin sees
BACKOFF = timedelta(seconds=2)  # doubled at every attempt
LONGEST = BACKOFF * 2**MAX_ATTEMPTS  # pause


async def keep(
    store: Store, update: Update, also: Callable[[UnitOfWork], None] | None = None, keys: frozenset[str] = frozenset()
) -> None:
    """What every door does, a webhook or a connection: it returns when the delivery is committed, and not before.

    Only then may the platform be told that it has arrived. ``also`` is committed together with it, under these lock
    keys. Raises Busy when it was not kept: the platform has to deliver it again.
    """

    def work(uow: UnitOfWork) -> None:
        append(uow, update)
        if also is not None:
            also(uow)

    reach("inbox.append")
    await asyncio.wrap_future(store.submit(Unit(work, keys, first=True, name="delivery")))
    reach("inbox.kept")


def append(uow: UnitOfWork, update: Update) -> None:
    """Store one delivery; a repeated one leaves no trace."""
    uow.rings.add("inbox")
    uow.count("received", update.channel)
    uow.add_once(
        inbox,
        channel=update.channel,
        account=update.account,
        platform_id=update.platform_id,
        conversation=update.conversation,
        raw=update.raw,
        received_at=uow.now,
        due=uow.now,
    )


def waiting(
    reader: Reader, now: datetime, limit: int, share: Share = WHOLE, *, strict: bool = False, crowd: bool = False
) -> list[tuple[int, str]]:
    """Ids and conversations of what is due, oldest first. A hint only: the unit looks again under its lock.

    At most FAIR of one conversation, so that whoever sends thousands at once makes nobody else wait for them all.
    A clock that was set back holds nothing up: what was never tried is due whatever its moment says, and no pause is
    longer than the longest; ``strict`` asks for what is due by its moment alone. ``crowd``: the last look was
    `core.ledger.crowd.crowded`, so that this one need not find out anew.
    """
    values = told(now, limit, LONGEST)

    def ask(part: Share) -> list[Row]:
        found = [] if crowd else reader.rows(_asked(part, strict), values)
        if crowd or crowded((row["conversation"] for row in found), FAIR):
            found = _first_of_each(part, strict).rows(reader, values)
        return found

    return [(row["id"], row["conversation"]) for row in own_first(share, ask)]


@lru_cache(maxsize=64)
def _asked(share: Share, strict: bool) -> Select[int, str]:
    return _ask(inbox, share, strict)


@lru_cache(maxsize=64)
def _first_of_each(share: Share, strict: bool) -> FirstOfEach:
    return FirstOfEach(partial(_ask, share=share, strict=strict), FAIR, partial(_ready, strict=strict))


def _ask(table: FromClause, share: Share, strict: bool) -> Select[int, str]:
    asked = select(table.c.id, table.c.conversation).where(*_ready(table, strict))
    asked = asked.where(*share.of_words(table.c.conversation, table.c.due))
    return asked.order_by(oldest_first(table)).limit(MOST)


def _ready(table: FromClause, strict: bool) -> list[ColumnElement[bool]]:
    due = table.c.due <= NOW if strict else or_(is_due(table), table.c.attempts == 0)
    return [in_state(table, "waiting"), due]


def take(uow: UnitOfWork, entry_id: int) -> Row | None:
    """The entry if it still waits, or None when somebody else has settled it."""
    entry = uow.peek(inbox, entry_id)
    return entry if entry is not None and entry["state"] == "waiting" else None


def done(uow: UnitOfWork, entry_id: int) -> None:
    """The entry's unit commits together with this."""
    uow.change(inbox, entry_id, state="done")


def failed(uow: UnitOfWork, entry_id: int, error: str, *, at_once: bool = False) -> bool:
    """Push a failing entry ahead, or park it. Returns whether it is parked; an entry that was settled stays so."""
    entry = uow.get(inbox, entry_id)
    attempts = entry["attempts"] + 1
    dead = at_once or attempts >= MAX_ATTEMPTS
    settled = uow.settle(
        inbox,
        entry_id,
        {"state": "waiting", "attempts": entry["attempts"]},
        state="dead" if dead else "waiting",
        attempts=attempts,
        due=uow.now + BACKOFF * 2**attempts,
        error=error[:500],
    )
    return settled and dead
