"""Timers: commands waiting for their hour. A timer that fires looks at the truth again, in its command's handler."""

from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Select, select

from core.commands.command import Command, to_json
from core.ledger.due import MOST, NOW, told
from core.ledger.share import WHOLE, Share, own_first
from core.ledger.tables import in_state, timer
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

MAX_ATTEMPTS = 5
BACKOFF = timedelta(minutes=1)


def plan(uow: UnitOfWork, key: str, due: datetime, command: Command, *, case_id: int | None, scope: str) -> None:
    """Keep a command waiting. A timer with the same key that still waits is replaced."""
    cancel_key(uow, key)
    uow.add(timer, key=key, case_id=case_id, scope=scope, command=to_json(command), due=due)


def cancel_key(uow: UnitOfWork, key: str) -> None:
    uow.update_where(timer, timer.c.key == key, timer.c.state == "waiting", state="cancelled")


def cancel_scope(uow: UnitOfWork, case_id: int, scope: str) -> int:
    """Cancel all timers of a case and scope. Returns how many."""
    where = (timer.c.case_id == case_id, timer.c.scope == scope, timer.c.state == "waiting")
    return uow.update_where(timer, *where, state="cancelled")


def cancel_case(uow: UnitOfWork, case_id: int) -> int:
    return uow.update_where(timer, timer.c.case_id == case_id, timer.c.state == "waiting", state="cancelled")


def due(reader: Reader, now: datetime, limit: int, share: Share = WHOLE) -> list[tuple[int, int | None]]:
    """Ids and cases of the timers whose hour has come, earliest first."""
    values = told(now, limit)
    return [(row["id"], row["case_id"]) for row in own_first(share, lambda part: reader.rows(_due(part), values))]


@lru_cache(maxsize=64)
def _due(share: Share) -> Select[int, int]:
    return (
        select(timer.c.id, timer.c.case_id)
        .where(in_state(timer, "waiting"), timer.c.due <= NOW)
        .where(*share.of_numbers(timer.c.id, timer.c.due))
        .order_by(timer.c.due)  # nothing after it: thousands are due at nine, and all of them would be sorted
        .limit(MOST)
    )


def next_due(reader: Reader) -> datetime | None:
    """When the earliest timer is due."""
    found = reader.rows(select(timer.c.due).where(in_state(timer, "waiting")).order_by(timer.c.due).limit(1))
    return found[0]["due"] if found else None


def take(uow: UnitOfWork, timer_id: int) -> Row | None:
    """Settle the timer as fired and return it; None when somebody was faster or it was cancelled."""
    row = uow.peek(timer, timer_id)
    if row is None or not uow.settle(timer, timer_id, {"state": "waiting"}, state="fired"):
        return None
    return row


def failed(uow: UnitOfWork, timer_id: int, error: str) -> bool:
    """Push a failing timer ahead, or park it. Returns whether it is parked; one that was cancelled stays so."""
    row = uow.get(timer, timer_id)
    attempts = row["attempts"] + 1
    dead = attempts >= MAX_ATTEMPTS
    settled = uow.settle(
        timer,
        timer_id,
        {"state": "waiting", "attempts": row["attempts"]},
        state="dead" if dead else "waiting",
        attempts=attempts,
        due=uow.now + BACKOFF * 2**attempts,
        error=error[:500],
    )
    return settled and dead
