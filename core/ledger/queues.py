"""The four queues of the ledger as one thing: what waits, what is parked as a dead letter, and what became of those."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Table, func, select

from core.ledger.tables import errand, in_state, inbox, outbox, queue_act, timer
from core.store.reading import Lookup, Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

Queue = Literal["inbox", "outbox", "timers", "errands"]
Standing = Literal["waiting", "dead", "dropped"]

TABLES: Final[Mapping[Queue, Table]] = MappingProxyType(
    {"inbox": inbox, "outbox": outbox, "timers": timer, "errands": errand}
)
CONTENT: Final[Mapping[Queue, str]] = MappingProxyType(
    {"inbox": "raw", "outbox": "notice", "timers": "command", "errands": "what"}
)
"""The sealed column of each."""
BELLS: Final[Mapping[Queue, str]] = MappingProxyType({"inbox": "inbox", "outbox": "outbox", "errands": "errand"})
DROPPED: Final = "discarded"  # of an outbox row "dropped" says that its reason was gone: that one may come back
_WAITING: Final[Mapping[Queue, tuple[str, ...]]] = MappingProxyType(
    {
        "inbox": ("waiting",),
        "outbox": ("waiting", "sending"),
        "timers": ("waiting",),
        "errands": ("waiting", "running", "held"),
    }
)


@dataclass(frozen=True, slots=True)
class Standings:
    """How many rows of one queue wait and are dead, and when the earliest of those that wait is due."""

    queue: Queue
    waiting: int
    dead: int
    earliest: datetime | None


def states(queue: Queue, standing: Standing) -> tuple[str, ...]:
    """The states of rows that stand so."""
    return {"waiting": _WAITING[queue], "dead": ("dead",), "dropped": (DROPPED,)}[standing]


def standings(reader: Reader) -> list[Standings]:
    """Every queue's, asked through the partial indexes."""
    found = []
    for queue in get_args(Queue):
        table = TABLES[queue]
        waiting, earliest = _count(reader, table, in_state(table, *_WAITING[queue]))
        found.append(Standings(queue, waiting, _count(reader, table, in_state(table, "dead"))[0], earliest))
    return found


def page(reader: Reader, queue: Queue, standing: Standing, before: int | None, limit: int) -> list[Row]:
    """Rows that stand so, newest first, at most `limit`; older than the one with the id `before`."""
    table = TABLES[queue]
    where = [in_state(table, *states(queue, standing))]
    if before is not None:
        where.append(table.c.id < before)
    return reader.find(table, *where, order=table.c.id.desc(), limit=limit)


def entry(lookup: Lookup, entry_id: int) -> tuple[Queue, Row] | None:
    """The row and its queue: ids are given out once for all of them."""
    for queue, table in TABLES.items():
        row = lookup.peek(table, entry_id)
        if row is not None:
            return queue, row
    return None


def revive(uow: UnitOfWork, queue: Queue, row: Row) -> bool:
    """A dead letter waits again, as if it had never failed. False when it is dead no more, or an equal timer waits."""
    if queue == "timers" and uow.first(timer, key=row["key"], state="waiting") is not None:
        return False
    waits = {"state": "waiting", "due": uow.now, "attempts": 0, "error": None}
    if not uow.settle(TABLES[queue], row["id"], {"state": "dead"}, **waits):
        return False
    if queue in BELLS:
        uow.rings.add(BELLS[queue])
    return True


def discard(uow: UnitOfWork, queue: Queue, row: Row) -> bool:
    """False when it is dead no more."""
    return uow.settle(TABLES[queue], row["id"], {"state": "dead"}, state=DROPPED)


def note(uow: UnitOfWork, row: Row, act: Literal["retry", "drop"], by_id: int, reason: str = "") -> None:
    """Remember by whom it was done, and why."""
    uow.add(queue_act, entry_id=row["id"], act=act, at=uow.now, by_id=by_id, reason=reason or None)


def acts(lookup: Lookup, entry_id: int) -> list[Row]:
    """What was done with it by hand, oldest first."""
    return lookup.find(queue_act, entry_id=entry_id)


def content(queue: Queue, row: Row) -> Any:
    """What the row holds: an update as it was delivered (as text), a notice, a command, an errand."""
    held = row[CONTENT[queue]]
    return bytes(held).decode("utf-8", "replace") if isinstance(held, bytes | bytearray | memoryview) else held


def _count(reader: Reader, table: Table, state: ColumnElement[bool]) -> tuple[int, datetime | None]:
    found = reader.connection.execute(select(func.count(), func.min(table.c.due)).where(state)).one()
    return int(found[0]), found[1]
