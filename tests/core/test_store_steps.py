"""Steps inside a unit: what is taken back is taken back whole, in memory and in the database, and nothing else is."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import String, cast

from core.conversations.tables import conversation
from core.kit.errors import Refusal
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from tests.core.stores import open_store, together, written


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened


@contextmanager
def refused(uow: UnitOfWork) -> Iterator[None]:
    """A step that is taken back at its end."""
    with suppress(Refusal), uow.step():
        yield
        raise Refusal("no")


def meet(uow: UnitOfWork, key: str) -> int:
    row = uow.add(conversation, key=key, channel="c", account="a", chat=key, language="en", dialog={"n": 0})
    return int(row["id"])


def state(store: Store, row_id: int) -> tuple[object, ...]:
    row = store.run(lambda uow: uow.get(conversation, row_id))
    return row["dialog"]["n"], row["mode"], row["version"]


def test_a_step_that_swept_the_table_gives_earlier_changes_back(store: Store) -> None:
    """What the step has written is taken back with it; then the earlier change waits again."""
    row_id = store.run(lambda uow: meet(uow, "one"))

    def work(uow: UnitOfWork) -> None:
        uow.change(conversation, row_id, dialog={"n": 1})
        with refused(uow):
            uow.update_where(conversation, conversation.c.mode == "bot", mode="human")
            assert [row["mode"] for row in written(uow, conversation)] == ["human"]
        assert uow.get(conversation, row_id)["dialog"] == {"n": 1}

    store.run(work)
    assert state(store, row_id) == (1, "bot", 1)


def test_what_a_step_has_read_after_a_write_is_read_again_when_it_is_taken_back(store: Store) -> None:
    """The answer to a question goes together with its rows: the next one of the same question found neither."""
    row_id = store.run(lambda uow: meet(uow, "one"))

    def work(uow: UnitOfWork) -> None:
        meet(uow, "two")
        assert len(uow.find(conversation, cast(conversation.c.chat, String).contains("two"))) == 1  # it is written
        with refused(uow):
            assert [row["id"] for row in uow.find(conversation, key="one", mode="bot")] == [row_id]
        assert [row["id"] for row in uow.find(conversation, key="one", mode="bot")] == [row_id]
        with refused(uow):
            assert [row["id"] for row in uow.preload(conversation, "key", ["one"])] == [row_id]
        meet(uow, "three")
        assert [row["id"] for row in uow.preload(conversation, "key", ["one"])] == [row_id]
        assert uow.update_where(conversation, conversation.c.key == "one", conversation.c.mode == "bot", mode="human")

    store.run(work)
    assert state(store, row_id) == (0, "human", 0)


def test_a_step_that_lost_a_race_gives_earlier_changes_back(store: Store) -> None:
    row_id = store.run(lambda uow: meet(uow, "one"))

    def work(uow: UnitOfWork) -> None:
        uow.change(conversation, row_id, dialog={"n": 1})
        with refused(uow):
            assert not uow.settle(conversation, row_id, {"mode": "human"}, mode="bot")
        uow.change(conversation, row_id, mode="human")

    store.run(work)
    assert state(store, row_id) == (1, "human", 2)


def test_a_conditional_update_in_a_step_that_is_taken_back_has_not_happened(store: Store) -> None:
    row_id = store.run(lambda uow: meet(uow, "one"))

    def work(uow: UnitOfWork) -> None:
        assert uow.get(conversation, row_id)["mode"] == "bot"
        with refused(uow):
            assert uow.settle(conversation, row_id, {"mode": "bot"}, mode="human")
            assert uow.get(conversation, row_id)["mode"] == "human"
        assert uow.get(conversation, row_id)["mode"] == "bot"
        assert uow.settle(conversation, row_id, {"mode": "bot"}, mode="human")
        assert not uow.settle(conversation, row_id, {"mode": "bot"}, mode="human")

    store.run(work)
    assert state(store, row_id)[1] == "human"


def test_a_new_row_of_a_step_that_is_taken_back_is_gone(store: Store) -> None:
    def work(uow: UnitOfWork) -> None:
        kept = meet(uow, "kept")
        with refused(uow):
            meet(uow, "gone, buffered")
            with uow.step():
                lost = meet(uow, "gone, written")
                assert len(written(uow, conversation)) == 3
        assert uow.peek(conversation, lost) is None
        assert [row["id"] for row in uow.find(conversation)] == [kept]

    store.run(work)
    assert [row["key"] for row in store.run(lambda uow: uow.find(conversation))] == ["kept"]


def test_what_another_unit_of_the_group_has_buffered_survives_a_unit_that_wrote_it_and_failed(store: Store) -> None:
    """The failing unit reads the table, so the first unit's rows are written inside its savepoint, and go with it."""
    ids: list[int] = []

    def first(uow: UnitOfWork) -> None:
        ids[:] = [meet(uow, "new"), meet(uow, "changed")]
        uow.change(conversation, ids[1], dialog={"n": 5})

    def fails(uow: UnitOfWork) -> None:
        assert len(written(uow, conversation)) == 2
        uow.change(conversation, ids[0], dialog={"n": 99})
        assert uow.settle(conversation, ids[1], {"mode": "bot"}, mode="human")
        written(uow, conversation)
        raise Refusal("no")

    def last(uow: UnitOfWork) -> None:
        uow.change(conversation, ids[0], dialog={"n": 7})

    results = together(store, [Unit(first), Unit(fails), Unit(last)])
    assert [type(each) for each in results] == [type(None), Refusal, type(None)]
    assert state(store, ids[0]) == (7, "bot", 1)
    assert state(store, ids[1]) == (5, "bot", 1)


def test_the_first_unit_does_not_escape_the_rollback(store: Store) -> None:
    """With sqlite3's own transactions the first statement of a group is outside of the savepoint."""

    def first(uow: UnitOfWork) -> None:
        uow.update_where(task, task.c.case_id == 1, role="nobody")
        uow.add(task, case_id=1, role="x", title={}, created_at=uow.now)
        assert written(uow, task)
        raise Refusal("no")

    assert isinstance(together(store, [Unit(first)])[0], Refusal)
    assert store.run(lambda uow: uow.find(task)) == []


def test_a_group_that_is_rolled_back_leaves_nothing_of_its_first_unit(store: Store) -> None:
    """Both fail, the second one only when it is written: the group's transaction is rolled back as a whole."""

    def doomed(uow: UnitOfWork) -> None:
        uow.update_where(task, task.c.case_id == 1, role="nobody")
        uow.add(task, case_id=1, role="x", title={}, created_at=uow.now)
        written(uow, task)
        uow.add(task, case_id=None, role="x", title={}, created_at=uow.now)

    assert all(isinstance(each, Exception) for each in together(store, [Unit(doomed), Unit(doomed)]))
    assert store.run(lambda uow: uow.find(task)) == []
