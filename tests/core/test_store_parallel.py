"""Several workers on one PostgreSQL: sorted locks, no deadlock, nothing lost, nothing done twice."""

import threading
import time
from contextlib import ExitStack
from functools import partial

import pytest

from core.conversations.tables import conversation
from core.ledger.tables import button
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork
from tests.core.stores import open_store, outcome

WORKERS = 4
UNITS = 60


@pytest.fixture
def stores(postgres_url: str):  # type: ignore[no-untyped-def]  # a generator of lists of stores
    with ExitStack() as stack:
        yield [stack.enter_context(open_store(postgres_url)) for _ in range(WORKERS)]


def meet(uow: UnitOfWork, key: str) -> int:
    row = uow.add(conversation, key=key, channel="c", account="a", chat=key, language="en", misunderstood=0)
    return int(row["id"])


def raised(uow: UnitOfWork, *row_ids: int) -> None:
    for row_id in row_ids:
        row = uow.get(conversation, row_id)
        uow.change(conversation, row_id, misunderstood=row["misunderstood"] + 1)


def test_units_that_want_the_same_keys_in_any_order_neither_block_nor_lose_anything(stores: list[Store]) -> None:
    one, two = (stores[0].run(partial(meet, key=key)) for key in ("1", "2"))

    def work(first: int, second: int, found_on_the_way: bool) -> Unit:
        def raise_both(uow: UnitOfWork) -> None:
            if found_on_the_way:
                uow.need(f"k{second}")
            raised(uow, first, second)

        keys = {f"k{first}"} if found_on_the_way else {f"k{first}", f"k{second}"}
        return Unit(raise_both, frozenset(keys))

    units = []
    for n in range(UNITS):
        for position, store in enumerate(stores):
            unit = work(one, two, n % 3 == 0) if (n + position) % 2 else work(two, one, n % 3 == 0)
            store.submit(unit)
            units.append(unit)
    assert [outcome(unit) for unit in units] == [None] * (UNITS * WORKERS)
    for row_id in (one, two):
        row = stores[0].run(partial(UnitOfWork.get, table=conversation, row_id=row_id))
        assert (row["misunderstood"], row["version"]) == (UNITS * WORKERS,) * 2


def test_a_key_is_held_by_one_at_a_time(stores: list[Store]) -> None:
    inside: list[int] = []
    met: list[int] = []

    def work(uow: UnitOfWork, n: int) -> None:
        uow.need("case:1")
        met.extend(inside)
        inside.append(n)
        time.sleep(0.005)  # long enough for others to come in, if they could
        inside.remove(n)

    units = [Unit(partial(work, n=n), frozenset({f"conversation:{n}"})) for n in range(40)]
    for n, unit in enumerate(units):
        stores[n % WORKERS].submit(unit)
    assert [outcome(unit) for unit in units] == [None] * len(units)
    assert met == []


def test_writers_that_forgot_their_lock_are_found_out_and_lose_nothing(stores: list[Store]) -> None:
    """All read the same before one writes: the version is checked at writing, and who came too late runs again."""
    row_id = stores[0].run(lambda uow: meet(uow, "1"))
    all_have_read = threading.Barrier(WORKERS)
    runs: list[int] = []

    def work(uow: UnitOfWork, n: int) -> None:
        uow.get(conversation, row_id)
        runs.append(n)
        if runs.count(n) == 1:
            all_have_read.wait(20)
        raised(uow, row_id)

    units = [Unit(partial(work, n=n)) for n in range(WORKERS)]
    for store, unit in zip(stores, units, strict=True):
        store.submit(unit)
    assert [outcome(unit) for unit in units] == [None] * WORKERS
    row = stores[0].run(lambda uow: uow.get(conversation, row_id))
    assert (row["misunderstood"], row["version"]) == (WORKERS, WORKERS)
    assert len(runs) > WORKERS


def test_the_loser_of_a_conditional_update_sees_who_won(stores: list[Store]) -> None:
    """He has read the row before: what he knows of it must not stand for what is true."""

    def make(uow: UnitOfWork) -> int:
        values = {"token": "t", "command": {}, "label": {}, "for_kind": "staff", "card": "c"}
        return int(uow.add(button, **values)["id"])

    row_id = stores[0].run(make)

    def press(who: int) -> Unit:
        def work(uow: UnitOfWork) -> int:
            uow.get(button, row_id)
            uow.settle(button, row_id, {"state": "open"}, state="spent", settled_by=who)
            return int(uow.get(button, row_id)["settled_by"])

        return Unit(work)

    units = [press(n) for n in range(WORKERS)]
    for store, unit in zip(stores, units, strict=True):
        store.submit(unit)
    winners = {outcome(unit) for unit in units}
    assert len(winners) == 1
    assert winners == {stores[0].run(lambda uow: uow.get(button, row_id))["settled_by"]}
