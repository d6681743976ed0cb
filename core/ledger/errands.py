"""Errands: work outside the transaction (fetching a file), with an attempt number and a lease."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from core.ledger.due import MOST, NOW, is_due, told
from core.ledger.share import WHOLE, Share, own_first
from core.ledger.tables import errand, in_state, oldest_first
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

OPEN_STATES = ("waiting", "running")
MAX_ATTEMPTS = 5
BACKOFF = timedelta(seconds=2)
LEASE = timedelta(minutes=5)
LONGEST = timedelta(minutes=5)  # no pause is longer: neither the doubled ones nor that of a held file


def queue(
    uow: UnitOfWork,
    kind: str,
    key: str,
    channel: str,
    account: str,
    conversation: str,
    what: Any,
    *,
    held: bool = False,
) -> None:
    """Queue an errand once; `what` is a JSON document that may hold personal data. A held one waits for `release`."""
    uow.rings.add("errand")
    uow.add_once(
        errand,
        kind=kind,
        key=key,
        channel=channel,
        account=account,
        conversation=conversation,
        what=what,
        due=uow.now,
        state="held" if held else "waiting",
    )


def release(uow: UnitOfWork, conversation: str) -> list[Row]:
    """What is held for this conversation goes on. Returns those errands."""
    rows = uow.find(errand, conversation=conversation, state="held")
    for row in rows:
        uow.change(errand, row["id"], state="waiting", due=uow.now)
        uow.rings.add("errand")
    return rows


def open_errands(reader: Reader, now: datetime, limit: int, share: Share = WHOLE, *, strict: bool = False) -> list[Row]:
    """What waits and is due, and what a worker that died has left behind; work under way takes nobody's place.

    ``strict``: by its moment alone, whatever was done to the clock.
    """
    values = told(now, limit, LONGEST)
    ids = [row["id"] for row in own_first(share, lambda part: reader.rows(_open(part, strict), values))]
    return reader.find(errand, errand.c.id.in_(ids)) if ids else []


@lru_cache(maxsize=64)
def _open(share: Share, strict: bool) -> Select[int]:
    ready = or_(
        and_(errand.c.state == "waiting", errand.c.due <= NOW if strict else is_due(errand)),
        and_(errand.c.state == "running", errand.c.lease_until <= NOW),
    )
    return (
        select(errand.c.id)
        .where(in_state(errand, *OPEN_STATES), ready)
        .where(*share.of_words(errand.c.conversation, errand.c.due))
        .order_by(oldest_first(errand))
        .limit(MOST)
    )


def claim(uow: UnitOfWork, row: Row, holder: int | None = None) -> bool:
    """Take an errand: true for one worker, and again after the lease of one that died. ``holder``: its process."""
    if row["state"] not in OPEN_STATES or (row["state"] == "running" and row["lease_until"] > uow.now):
        return False  # done meanwhile, or in other hands
    return uow.settle(
        errand,
        row["id"],
        {"state": row["state"], "attempts": row["attempts"]},
        state="running",
        attempts=row["attempts"] + 1,
        lease_until=uow.now + LEASE,
        holder=holder,
    )


def free(uow: UnitOfWork, *held: ColumnElement[bool]) -> int:
    """The processes that hold these are gone: their leases end now. Returns how many rows."""
    uow.rings.add("errand")
    return uow.update_where(
        errand, in_state(errand, *OPEN_STATES), in_state(errand, "running"), *held, lease_until=uow.now
    )


def done(uow: UnitOfWork, row_id: int, attempt: int) -> bool:
    """Settle a finished errand; false for a worker whose lease was given to another."""
    return uow.settle(errand, row_id, {"state": "running", "attempts": attempt}, state="done", lease_until=None)


def held(uow: UnitOfWork, row_id: int, attempt: int, what: Any, pause: timedelta) -> bool:
    """Wait for somebody else: no failure, so it is tried for ever. False for a worker whose lease was given away."""
    return uow.settle(
        errand,
        row_id,
        {"state": "running", "attempts": attempt},
        state="waiting",
        attempts=0,
        what=what,
        due=uow.now + pause,
        lease_until=None,
    )


def is_held(row: Row) -> bool:
    """Whether the file is here and waits for somebody else's verdict."""
    return row["state"] in ("waiting", "running") and "held" in row["what"]


def hurry(uow: UnitOfWork, row: Row) -> bool:
    """A held errand is due now; false for one that is not held any more."""
    if not is_held(row):
        return False
    if row["state"] == "waiting":
        uow.change(errand, row["id"], due=uow.now)
        uow.rings.add("errand")
    return True


def failed(uow: UnitOfWork, row_id: int, attempt: int, error: str, *, permanent: bool) -> bool:
    """Push ahead or park. Returns whether it is parked for good; a worker whose lease was given away parks nothing."""
    dead = permanent or attempt >= MAX_ATTEMPTS
    settled = uow.settle(
        errand,
        row_id,
        {"state": "running", "attempts": attempt},
        state="dead" if dead else "waiting",
        due=uow.now + BACKOFF * 2**attempt,
        error=error[:500],
        lease_until=None,
    )
    return settled and dead
