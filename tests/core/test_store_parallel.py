"""Several workers on one PostgreSQL: sorted locks, no deadlock, nothing lost, nothing done twice."""

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


def test_writers_that_forgot_their_lock_are_found_out_and_lose_nothing(stores: list[Store]) -> None:
    """The version that was read is checked at writing; the unit that came second runs again."""
    row_id = stores[0].run(lambda uow: meet(uow, "1"))
    units = [Unit(lambda uow: raised(uow, row_id)) for _ in range(40)]
    for n, unit in enumerate(units):
        stores[n % WORKERS].submit(unit)
    failed = [each for each in map(outcome, units) if each is not None]
    row = stores[0].run(lambda uow: uow.get(conversation, row_id))
    assert row["misunderstood"] == len(units) - len(failed) == row["version"]
    assert len(failed) < len(units) // 4


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
