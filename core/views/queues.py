"""What waits and what is parked in the ledger: how many rows of each queue, and since when the oldest waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Table, func, select

from core.ledger import errands, timers
from core.ledger import inbox as inbox_rows
from core.ledger import outbox as outbox_rows
from core.ledger.tables import errand, in_state, inbox, outbox, timer
from core.store.reading import Reader

AGE_LIMIT: Final = timedelta(minutes=5)  # so long may a row be due in its queue and nobody takes it


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue as it is now; `age` in seconds, 0 when nothing waits."""

    name: str
    waiting: int
    age: float
    parked: int


_OPEN: Final[Mapping[str, tuple[Table, tuple[str, ...], ColumnElement[datetime]]]] = {
    "inbox": (inbox, ("waiting",), inbox.c.received_at),
    "outbox": (outbox, ("waiting", "sending"), outbox.c.created_at),
    "timers": (timer, ("waiting",), timer.c.due),
    "errands": (errand, ("waiting", "running"), errand.c.due),
}
QUEUES: Final = tuple(_OPEN)


def queues(reader: Reader, now: datetime) -> list[Queue]:
    """Every queue. A timer waits from its hour on; what is pushed ahead after a failure waits still.

    Each question is answered by a partial index, so that history costs nothing.
    """
    return [_queue(reader, name, now) for name in QUEUES]


def overdue(reader: Reader, before: datetime) -> list[str]:
    """The queues with a row that nobody took although its loop could have since this moment.

    These are the questions that the loops ask: what waits behind a platform that is down is not due for them.
    """
    waiting = {
        "inbox": inbox_rows.waiting(reader, before, 1, strict=True),
        "outbox": outbox_rows.waiting(reader, before, 1, strict=True),
        "timers": timers.due(reader, before, 1),
        "errands": errands.open_errands(reader, before, 1, strict=True),
    }
    return [name for name, rows in waiting.items() if rows]


def parked(reader: Reader) -> dict[str, int]:
    """The queues with rows that were given up, and how many."""
    counts = {name: _parked(reader, table) for name, (table, _, _) in _OPEN.items()}
    return {name: count for name, count in counts.items() if count}


def _queue(reader: Reader, name: str, now: datetime) -> Queue:
    table, states, since = _OPEN[name]
    is_open = in_state(table, *states)
    if table is timer or table is errand:  # what is not due yet does not wait
        is_open = is_open & (table.c.due <= now)
    found = reader.rows(select(func.count().label("n"), func.min(since).label("oldest")).where(is_open))[0]
    age = 0.0 if found["oldest"] is None else max(0.0, (now - found["oldest"]).total_seconds())
    return Queue(name, found["n"], age, _parked(reader, table))


def _parked(reader: Reader, table: Table) -> int:
    found: int = reader.rows(select(func.count().label("n")).select_from(table).where(in_state(table, "dead")))[0]["n"]
    return found
