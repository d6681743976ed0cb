"""Timers: replaced, cancelled, fired once; one that keeps failing is parked and holds back no other."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest

from core.commands.cases import PlanRules
from core.commands.command import from_json
from core.kit.clock import ManualClock
from core.ledger import timers
from core.ledger.tables import timer
from core.store.store import Store, Unit
from tests.core.stores import NOON, open_store, outcome, reading

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(database: str, clock: ManualClock) -> Iterator[Store]:
    with open_store(database, clock) as opened:
        yield opened


def plan(store: Store, key: str, due: datetime, case_id: int = 1, scope: str = "stage") -> None:
    command = PlanRules(case_id=case_id)
    store.run(lambda uow: timers.plan(uow, key, due, command, case_id=case_id, scope=scope))


def due(database: str, now: datetime) -> list[int]:
    with reading(database) as looks, looks.open() as reader:
        return [timer_id for timer_id, _ in timers.due(reader, now, 10)]


def states(store: Store) -> list[tuple[str, str]]:
    return [(row["key"], row["state"]) for row in store.run(lambda uow: uow.find(timer))]


def test_a_timer_is_due_at_its_hour_and_fires_once(database: str, store: Store) -> None:
    plan(store, "a", NOON + HOUR)
    assert due(database, NOON + HOUR - timedelta(microseconds=1)) == []
    (timer_id,) = due(database, NOON + HOUR)
    row = store.run(lambda uow: timers.take(uow, timer_id))
    assert from_json(row["command"]) == PlanRules(case_id=1)
    assert store.run(lambda uow: timers.take(uow, timer_id)) is None
    assert due(database, NOON + HOUR) == []


def test_one_of_many_workers_fires_it(postgres_url: str) -> None:
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(postgres_url)) for _ in range(4)]
        for n in range(20):
            plan(stores[0], f"t{n}", NOON)
        ids = [row["id"] for row in stores[0].run(lambda uow: uow.find(timer))]
        units = [[Unit(lambda uow, n=n: timers.take(uow, n) is not None) for n in ids] for _ in stores]  # type: ignore[misc]
        for n in range(len(ids)):
            for store, mine in zip(stores, units, strict=True):
                store.submit(mine[n])
        assert [sum(outcome(mine[n]) for mine in units) for n in range(len(ids))] == [1] * 20


def test_a_plan_with_the_same_key_replaces_the_one_that_waits(database: str, store: Store) -> None:
    plan(store, "a", NOON + HOUR)
    plan(store, "a", NOON + 2 * HOUR)
    assert states(store) == [("a", "cancelled"), ("a", "waiting")]
    assert due(database, NOON + HOUR) == []
    assert len(due(database, NOON + 2 * HOUR)) == 1


def test_leaving_cancels_by_scope_and_case(database: str, store: Store) -> None:
    plan(store, "a", NOON)
    plan(store, "b", NOON, scope="rule:x")
    plan(store, "c", NOON, case_id=2)
    (first, *_) = due(database, NOON)
    assert store.run(lambda uow: timers.cancel_scope(uow, 1, "stage")) == 1
    assert store.run(lambda uow: timers.take(uow, first)) is None
    assert states(store) == [("a", "cancelled"), ("b", "waiting"), ("c", "waiting")]
    assert store.run(lambda uow: timers.cancel_case(uow, 1)) == 1
    assert states(store) == [("a", "cancelled"), ("b", "cancelled"), ("c", "waiting")]


def test_a_timer_that_keeps_failing_is_parked_and_holds_back_no_other(
    database: str, store: Store, clock: ManualClock
) -> None:
    plan(store, "poison", NOON)
    plan(store, "good", NOON)
    poison, good = due(database, NOON)
    for attempt in range(1, timers.MAX_ATTEMPTS + 1):
        assert store.run(lambda uow: timers.failed(uow, poison, "boom")) == (attempt == timers.MAX_ATTEMPTS)
        assert due(database, clock.now()) == [good]
        clock.move_to(store.run(lambda uow: uow.get(timer, poison))["due"])
    clock.advance(timedelta(days=30))
    assert due(database, clock.now()) == [good]
    assert states(store)[0] == ("poison", "dead")


def test_a_failure_that_is_told_late_does_not_wake_a_cancelled_timer(database: str, store: Store) -> None:
    """The stage was left, and the same timer planned anew, between the crash and its being noted."""
    plan(store, "a", NOON)
    (old,) = due(database, NOON)
    plan(store, "a", NOON + HOUR)
    assert not store.run(lambda uow: timers.failed(uow, old, "late"))
    assert states(store) == [("a", "cancelled"), ("a", "waiting")]
