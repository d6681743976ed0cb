"""Group commit: many units, one transaction; one that fails harms no other, and the order of a conversation is kept."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from core.cases.tables import case_number
from core.kit.errors import Busy, Refusal
from core.store import store as store_module
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from tests.core.stores import Gate, open_store, together, written

SIZE = 64


@pytest.fixture
def store(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(store_module, "MAX_GROUP_SECONDS", 60.0)  # the machine may be busy
    with open_store(database) as opened:
        yield opened


def note(uow: UnitOfWork, title: str) -> str:
    uow.add(task, case_id=1, role="reviewer", title={"en": title}, created_at=uow.now)
    return title


def titles(store: Store) -> list[str]:
    return [row["title"]["en"] for row in store.run(lambda uow: uow.find(task))]


def refuses(uow: UnitOfWork) -> None:
    note(uow, "poison")
    raise Refusal("no")


def crashes(uow: UnitOfWork) -> None:
    note(uow, "poison")
    raise ZeroDivisionError


def exits(uow: UnitOfWork) -> None:
    note(uow, "poison")
    raise SystemExit(3)


def fails_at_flush(uow: UnitOfWork) -> None:
    note(uow, "poison")
    uow.add(case_number, prefix=None)


def cannot_be_bound(uow: UnitOfWork) -> None:
    note(uow, "poison")
    uow.add(task, case_id=1, role="x", title={}, created_at=datetime(2026, 3, 2))  # naive on purpose


def is_written_by_another(uow: UnitOfWork) -> None:
    """Its row fails when a later unit of the group reads the table."""
    note(uow, "poison")
    uow.add(case_number, prefix="V-2026", last=1)
    uow.add(case_number, prefix="V-2026", last=2)


def writes_at_once(uow: UnitOfWork) -> None:
    """What a conditional update has done in the database is taken back too."""
    note(uow, "poison")
    uow.update_where(task, task.c.case_id == 1, role="poisoned")
    written(uow, task)
    raise Refusal("no")


@pytest.mark.parametrize(
    "poison",
    [refuses, crashes, exits, fails_at_flush, cannot_be_bound, is_written_by_another, writes_at_once],
    ids=lambda each: each.__name__,
)
def test_a_unit_that_fails_harms_no_other_of_its_group(store: Store, poison: Callable[[UnitOfWork], None]) -> None:
    def work(n: int) -> Callable[[UnitOfWork], str]:
        def reads_then_writes(uow: UnitOfWork) -> str:
            if n % 9 == 0:
                written(uow, case_number)
            return note(uow, f"unit {n}")

        return reads_then_writes

    units = [Unit(work(n)) for n in range(SIZE)]
    units[20] = Unit(poison)
    results = together(store, units)
    assert isinstance(results.pop(20), BaseException)
    good = [f"unit {n}" for n in range(SIZE) if n != 20]
    assert results == good
    assert titles(store) == good
    assert {row["role"] for row in store.run(lambda uow: uow.find(task))} == {"reviewer"}
    assert store.run(lambda uow: note(uow, "afterwards")) == "afterwards"


def test_a_refusal_does_not_make_its_group_run_again(store: Store) -> None:
    ran: list[int] = []
    units = [Unit(lambda uow: ran.append(1)) for _ in range(SIZE)]
    units[20] = Unit(refuses)
    together(store, units)
    assert len(ran) == SIZE - 1


def test_a_group_is_one_transaction(store: Store) -> None:
    commits: list[Any] = []
    event.listen(store._engine, "commit", commits.append)
    together(store, [Unit(partial(note, title=f"{n}")) for n in range(SIZE)])
    assert len(commits) == 2  # the gate's, and one for all
    assert len(titles(store)) == SIZE


def test_a_group_is_bounded_by_time(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_GROUP_SECONDS", 0.0)
    with open_store(database) as store:
        commits: list[Any] = []
        event.listen(store._engine, "commit", commits.append)
        together(store, [Unit(partial(note, title=f"{n}")) for n in range(8)])
        assert len(commits) > 2
        assert titles(store) == [str(n) for n in range(8)]


def test_what_arrives_goes_before_what_is_done(store: Store) -> None:
    gate = Gate(store)
    ran: list[str] = []
    units = [Unit(lambda uow: ran.append("work")), Unit(lambda uow: ran.append("arrival"), first=True)]
    for unit in units:
        store.submit(unit)
    gate.open()
    units[0].future.result(20)
    assert ran == ["arrival", "work"]


def test_however_much_arrives_other_work_goes_on_beside_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "AWAITED_SECONDS", 0.0)
    monkeypatch.setattr(store_module, "MAX_GROUP_SECONDS", 60.0)
    gate = Gate(store)
    ran: list[str] = []
    arrivals = [Unit(lambda uow: ran.append("arrival"), first=True) for _ in range(3 * SIZE)]
    work = [Unit(lambda uow: ran.append("work")) for _ in range(SIZE)]
    for unit in (*work, *arrivals):
        store.submit(unit)
    gate.open()
    for unit in (*work, *arrivals):
        unit.future.result(20)
    assert ran.index("work") < SIZE, "some of it runs in the first group"
    assert ran[: 3 * SIZE].count("work") < SIZE / 4, "and little, while a delivery waits"


# -- the order of a conversation ---------------------------------------------------------------------------------


def in_turn(name: str, *, needs: str = "") -> Callable[[UnitOfWork], None]:
    """Writes down which turn it had: the counter is read and raised in the database."""

    def work(uow: UnitOfWork) -> None:
        row = uow.first(case_number, case_number.c.prefix == "turns") or uow.add(case_number, prefix="turns", last=0)
        if needs:
            uow.need(needs)
        row = uow.change(case_number, row["id"], last=row["last"] + 1)
        note(uow, f"{row['last']} {name}")

    return work


@pytest.mark.parametrize("poisoned", [False, True], ids=["", "in a group that is redone"])
def test_a_unit_that_waits_for_a_key_keeps_its_place_in_its_conversation(store: Store, poisoned: bool) -> None:
    one, other = frozenset({"conversation:1"}), frozenset({"conversation:2"})
    units = [
        Unit(in_turn("a", needs="case:7"), one),
        Unit(in_turn("x"), other),
        Unit(in_turn("b"), one),
        Unit(in_turn("c", needs="case:8"), one),
        Unit(in_turn("d"), one),
    ]
    if poisoned:
        units.append(Unit(fails_at_flush, other))
    together(store, units)
    order = [title.split()[1] for title in sorted(titles(store))]
    assert sorted(order) == ["a", "b", "c", "d", "x"]
    assert [name for name in order if name != "x"] == ["a", "b", "c", "d"]


def test_a_unit_that_never_stops_asking_for_keys_is_told_so(postgres_url: str) -> None:
    asked = iter(range(1000))
    with open_store(postgres_url) as store, pytest.raises(RuntimeError, match="lock keys"):
        store.run(lambda uow: uow.need(f"case:{next(asked)}"))


# -- whoever waits, and whoever listens --------------------------------------------------------------------------


def test_a_full_queue_refuses_at_once_and_takes_again_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_WAITING", 3)
    gate = Gate(store)
    taken = [store.submit(Unit(lambda uow: note(uow, "taken"))) for _ in range(3)]
    with pytest.raises(Busy):
        store.submit(Unit(lambda uow: note(uow, "one too many")))
    assert store.waiting() == 3
    gate.open()
    assert [each.result(20) for each in taken] == ["taken"] * 3
    assert store.run(lambda uow: note(uow, "later")) == "later"


class Raced(Future[Any]):
    """A future that is cancelled in the moment in which it is answered."""

    def cancelled(self) -> bool:
        return False

    def set_result(self, result: Any) -> None:
        raise InvalidStateError("cancelled")


def test_nobody_waits_any_more_and_the_work_stands_once(store: Store) -> None:
    gone = Unit(lambda uow: note(uow, "gone"))
    raced = Unit(lambda uow: note(uow, "raced"), future=Raced())
    gate = Gate(store)
    for unit in (gone, raced):
        store.submit(unit)
    assert gone.future.cancel()
    gate.open()
    assert store.run(lambda uow: note(uow, "next")) == "next"
    assert titles(store) == ["gone", "raced", "next"]


def test_a_listener_that_fails_undoes_nothing(store: Store) -> None:
    heard: list[str] = []

    def broken() -> None:
        raise RuntimeError("this loop is closed")

    store.listen("outbox", broken)
    store.listen("outbox", lambda: heard.append("rung"))

    def work(uow: UnitOfWork) -> str:
        uow.rings.add("outbox")
        return note(uow, "once")

    assert together(store, [Unit(work), Unit(lambda uow: note(uow, "beside"))]) == ["once", "beside"]
    assert titles(store) == ["once", "beside"]
    assert heard == ["rung"]


def test_a_unit_that_failed_rings_nobody(store: Store) -> None:
    heard: list[str] = []
    store.listen("outbox", lambda: heard.append("rung"))

    def work(uow: UnitOfWork) -> None:
        uow.rings.add("outbox")
        raise Refusal("no")

    together(store, [Unit(work)])
    assert heard == []


def test_what_waits_is_finished_before_the_store_closes(database: str) -> None:
    with open_store(database) as store:
        gate = Gate(store)
        units = [Unit(lambda uow: note(uow, "in time")) for _ in range(3)]
        for unit in units:
            store.submit(unit)
        gate.open()
    assert [unit.future.result(0) for unit in units] == ["in time"] * 3
    with pytest.raises(Busy):
        store.submit(Unit(lambda uow: None))
