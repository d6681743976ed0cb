"""A store on a test's database, and groups of units that are certain to be run together."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, String, Table, cast

import core.wiring.tables
from core.kit.clock import Clock, ManualClock
from core.kit.crypto import Vault, generate_key
from core.kit.db import writer_engine
from core.kit.settings import Settings
from core.store.reading import Reading
from core.store.sealing import Row, Sealing
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork

__all__ = ["core"]  # the import brings every table into the MetaData

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
Work = Callable[[UnitOfWork], Any]


def vault() -> Vault:
    return Vault.from_settings(Settings(database_url="sqlite:///unused", keys=generate_key()))  # type: ignore[arg-type]  # secrets


SEALING = Sealing(vault())


@contextmanager
def open_store(url: str, clock: Clock | None = None, engine: Engine | None = None) -> Iterator[Store]:
    """A running store; what was sealed by one is opened by every other of this process."""
    store = Store(engine or writer_engine(url), SEALING, clock or ManualClock(NOON))
    store.start()
    try:
        yield store
    finally:
        store.close()


@contextmanager
def reading(url: str) -> Iterator[Reading]:
    opened = Reading(writer_engine(url), SEALING)
    try:
        yield opened
    finally:
        opened.close()


class Gate:
    """Holds the writer's thread, so that what is submitted meanwhile becomes one group."""

    def __init__(self, store: Store) -> None:
        self._started, self._open = threading.Event(), threading.Event()
        self._unit = Unit(self._hold, name="gate")
        store.submit(self._unit)
        assert self._started.wait(20)

    def _hold(self, uow: UnitOfWork) -> None:
        self._started.set()
        assert self._open.wait(20)

    def open(self) -> None:
        self._open.set()
        self._unit.future.result(20)


def together(store: Store, units: Sequence[Unit]) -> list[Any]:
    """Run the units as one group. Returns the result of each, or its exception."""
    gate = Gate(store)
    for unit in units:
        store.submit(unit)
    gate.open()
    return [outcome(unit) for unit in units]


def written(uow: UnitOfWork, table: Table) -> list[Row]:
    """All rows of a table, asked for in a way that only the database can answer: what waits is written first."""
    return uow.find(table, cast(table.c.id, String).like("%"))


def outcome(unit: Unit) -> Any:
    error = unit.future.exception(30)
    return error if error is not None else unit.future.result()
