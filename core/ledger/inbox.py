"""The inbox: what platforms delivered, stored once and committed before it is answered; worked off in order."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select

from core.channel.inbound import Update
from core.kit.fail_points import reach
from core.ledger.due import is_due
from core.ledger.share import WHOLE, Share
from core.ledger.tables import in_state, inbox, oldest_first
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork

FAIR = 16  # entries of one conversation in one look
MAX_ATTEMPTS = 5  # then the update is parked as a dead letter that an admin sees
BACKOFF = timedelta(seconds=2)  # doubled at every attempt
_HIGHEST = 2**63 - 1  # an id


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
    `crowded`, so that this one need not find out anew.
    """

    def ready(table: FromClause) -> list[ColumnElement[bool]]:
        due = table.c.due <= now
        if not strict:
            due = or_(is_due(table, now, BACKOFF * 2**MAX_ATTEMPTS), table.c.attempts == 0)
        return [in_state(table, "waiting"), due]

    asked = select(inbox.c.id, inbox.c.conversation).where(*ready(inbox))
    asked = asked.where(*share.of_words(inbox.c.conversation, inbox.c.due, now))
    asked = asked.order_by(oldest_first(inbox)).limit(limit)
    found = [] if crowd else _pairs(reader, asked)
    return _pairs(reader, _first_of_each(asked, ready)) if crowd or crowded(found) else found


def crowded(found: list[tuple[int, str]]) -> bool:
    """Whether a look has found as many of one conversation as it may, and perhaps more wait."""
    return any(count >= FAIR for count in Counter(key for _, key in found).values())


def _first_of_each(
    asked: Select[int, str], ready: Callable[[FromClause], list[ColumnElement[bool]]]
) -> Select[int, str]:
    """The same, of every conversation its first ones only.

    From one conversation to the next in the index, past all that waits in it: by the oldest first the thousands of a
    flood would be sorted in every look. Where very many conversations wait that is the longer way, so it is taken when
    one of them is crowded.
    """
    some, other, earlier = inbox.alias(), inbox.alias(), inbox.alias()
    first = select(func.min(some.c.conversation).label("conversation")).where(in_state(some, "waiting"))
    each = first.cte("each", recursive=True)
    after = select(func.min(other.c.conversation)).where(
        in_state(other, "waiting"), other.c.conversation > each.c.conversation
    )
    each = each.union_all(select(after.scalar_subquery()).where(each.c.conversation.is_not(None)))
    last = select(earlier.c.id).where(earlier.c.conversation == each.c.conversation, *ready(earlier))
    last = last.order_by(earlier.c.id).offset(FAIR - 1).limit(1)
    part = select(each.c.conversation, func.coalesce(last.scalar_subquery(), _HIGHEST).label("last")).cte("part")
    part = part.prefix_with("MATERIALIZED", dialect="postgresql")  # or it would look for the last one at every row
    return asked.join(part, and_(inbox.c.conversation == part.c.conversation, inbox.c.id <= part.c.last))


def _pairs(reader: Reader, asked: Select[int, str]) -> list[tuple[int, str]]:
    return [(row["id"], row["conversation"]) for row in reader.rows(asked)]


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
