"""Processes that run: each keeps a row and beats, so that every other one and the operator see whether it lives.

Machines' clocks differ, and a beat is compared with the present by another machine than wrote it. So both moments are
of the one clock that all of them share, the database server's. A SQLite file has one process: its own clock serves.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, delete, inspect, select, text

from core.kit.chain import newest
from core.kit.ids import new_id
from core.ledger.tables import process
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

Kind = Literal["run", "web", "worker", "connect"]
KINDS: Final[tuple[Kind, ...]] = ("run", "web", "worker", "connect")
CONNECTION: Final = "connect:"  # the name of a connection begins so, among the loops of its process
KEPT: Final = timedelta(days=1)  # a row that nobody took away is told by the doctor for so long


@dataclass(frozen=True, slots=True)
class Me:
    """The process that this is."""

    kind: Kind
    version: str
    id: int = field(default_factory=new_id)
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    migration: str = field(default_factory=newest)


@dataclass(frozen=True, slots=True)
class Running:
    """One process as it last told; `silent` and `loops` in seconds, both as of now."""

    kind: str
    host: str
    pid: int
    version: str
    started_at: datetime
    silent: float
    loops: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Beating:
    """One that beat lately; `migration` is None for one that is older than that column."""

    kind: str
    host: str
    pid: int
    version: str
    migration: str | None = None


def beat(uow: UnitOfWork, me: Me, loops: Mapping[str, float]) -> None:
    """This process lives, and its loops gave their last signs of life so many seconds ago."""
    now = _clock(uow.connection, uow.now)
    told = {"beaten_at": now, "loops": {name: round(age, 3) for name, age in loops.items()}}
    if uow.peek(process, me.id) is None:
        uow.add(
            process,
            id=me.id,
            kind=me.kind,
            host=me.host[:200],
            pid=me.pid,
            release=me.version[:40],
            migration=me.migration,
            started_at=now,
            **told,
        )
    else:
        uow.change(process, me.id, **told)


def leave(uow: UnitOfWork, me: Me) -> None:
    """It ends as it should."""
    uow.connection.execute(delete(process).where(process.c.id == me.id))


def sweep(uow: UnitOfWork) -> int:
    """Forget those that have been silent for a day. Returns how many."""
    before = _clock(uow.connection, uow.now) - KEPT
    return int(uow.connection.execute(delete(process).where(process.c.beaten_at <= before)).rowcount)


def forget(uow: UnitOfWork) -> None:
    """None of them runs: what a restored database tells is of another time."""
    uow.connection.execute(delete(process))


def running(reader: Reader, now: datetime) -> list[Running]:
    """Every process that did not end as it should, oldest first: those that live and those that are only silent."""
    rows = reader.find(process)
    moment = _clock(reader.connection, now)
    return [_running(row, max(0.0, (moment - row["beaten_at"]).total_seconds())) for row in rows]


def beating(connection: Connection, now: datetime, within: timedelta) -> list[Beating]:
    """Those that beat within this time, in tables of any revision: none where the table itself is not there yet."""
    looks = inspect(connection)
    if not looks.has_table(process.name):
        return []
    there = {column["name"] for column in looks.get_columns(process.name)}
    told = [process.c.kind, process.c.host, process.c.pid, process.c.release]
    told += [process.c.migration] if "migration" in there else []
    lately = process.c.beaten_at > _clock(connection, now) - within
    return [Beating(*row) for row in connection.execute(select(*told).where(lately))]


def _running(row: Row, silent: float) -> Running:
    return Running(
        kind=row["kind"],
        host=row["host"],
        pid=row["pid"],
        version=row["release"],
        started_at=row["started_at"],
        silent=silent,
        loops={name: age + silent for name, age in row["loops"].items()},
    )


def _clock(connection: Connection, now: datetime) -> datetime:
    if connection.dialect.name != "postgresql":
        return now
    moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment
