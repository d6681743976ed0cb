"""Errands: queued once, taken by one worker, fenced by the attempt, taken over when a worker died."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from core.kit.clock import ManualClock
from core.ledger import errands
from core.ledger.tables import errand
from core.store.sealing import Row
from core.store.store import Store
from core.store.unit import UnitOfWork
from tests.core.stores import NOON, open_store, reading


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(database: str, clock: ManualClock) -> Iterator[Store]:
    with open_store(database, clock) as opened:
        yield opened


def queue(uow: UnitOfWork, key: str) -> None:
    errands.queue(uow, "fetch", key, "c", "a", "x", {"update": key})


def ready(database: str, clock: ManualClock, limit: int = 10) -> list[Row]:
    with reading(database) as looks, looks.open() as reader:
        return errands.open_errands(reader, clock.now(), limit)


def claim(store: Store, row: Row) -> bool:
    return bool(store.run(lambda uow: errands.claim(uow, row)))


def state(store: Store, row_id: int) -> str:
    return str(store.run(lambda uow: uow.get(errand, row_id))["state"])


def test_an_errand_is_queued_once_and_taken_by_one_worker(database: str, store: Store, clock: ManualClock) -> None:
    for _ in range(2):
        store.run(lambda uow: queue(uow, "fetch:1"))
    (row,) = ready(database, clock)
    assert [claim(store, row) for _ in range(3)] == [True, False, False]
    assert ready(database, clock) == []
    assert store.run(lambda uow: errands.done(uow, row["id"], 1))
    assert not store.run(lambda uow: errands.done(uow, row["id"], 1))
    assert state(store, row["id"]) == "done"
    settled = store.run(lambda uow: uow.get(errand, row["id"]))
    assert not claim(store, settled)  # found a moment ago, and done since
    assert state(store, row["id"]) == "done"


def test_a_worker_whose_lease_ended_settles_nothing_and_parks_nothing(
    database: str, store: Store, clock: ManualClock
) -> None:
    store.run(lambda uow: queue(uow, "fetch:1"))
    (row,) = ready(database, clock)
    assert claim(store, row)
    clock.advance(errands.LEASE)
    (again,) = ready(database, clock)
    assert claim(store, again)
    assert not store.run(lambda uow: errands.done(uow, row["id"], 1))
    assert not store.run(lambda uow: errands.failed(uow, row["id"], 1, "late", permanent=True))
    assert state(store, row["id"]) == "running"
    assert store.run(lambda uow: errands.done(uow, row["id"], 2))


def test_an_errand_that_fails_is_tried_again_later_then_parked(database: str, store: Store, clock: ManualClock) -> None:
    store.run(lambda uow: queue(uow, "fetch:1"))
    (row,) = ready(database, clock)
    for attempt in range(1, errands.MAX_ATTEMPTS + 1):
        assert claim(store, ready(database, clock)[0])
        parked = store.run(partial(errands.failed, row_id=row["id"], attempt=attempt, error="no line", permanent=False))
        assert parked == (attempt == errands.MAX_ATTEMPTS)
        assert ready(database, clock) == []
        clock.advance(timedelta(hours=1))
    assert (state(store, row["id"]), ready(database, clock)) == ("dead", [])


def test_errands_under_way_take_nobody_s_place(database: str, store: Store, clock: ManualClock) -> None:
    """After a crash in the middle of many downloads a new file is fetched at once."""
    for n in range(3):
        store.run(partial(queue, key=f"fetch:{n}"))
    for row in ready(database, clock):
        assert claim(store, row)
    store.run(lambda uow: queue(uow, "fetch:new"))
    assert [row["key"] for row in ready(database, clock, limit=1)] == ["fetch:new"]
