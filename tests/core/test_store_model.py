"""The unit of work against a dict: any mixture of writes, nested steps and refusals leaves the same in both."""

from contextlib import ExitStack
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, delete, select

from core.conversations.tables import conversation
from core.kit.db import writer_engine
from core.kit.errors import Refusal
from core.ledger.tables import inbox
from core.store.pending import Pending
from core.store.unit import UnitOfWork
from tests.core.stores import NOON, SEALING, written

MODES = st.sampled_from(["bot", "human", "away"])
PICK = st.integers(0, 30)


class UnitAgainstDict(RuleBasedStateMachine):
    """Conversations have a version, a sealed document and an update by condition; inbox rows are added at most once."""

    url: str
    connection: Connection

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine().connect()
        self.transaction = self.connection.begin()
        self.pending = Pending(self.connection, SEALING)
        self.chats: dict[int, dict[str, Any]] = {}
        self.arrived: set[str] = set()
        self.before: list[Any] = []
        self.steps: list[ExitStack] = []
        self.count = 0
        self.uow: UnitOfWork | None = None

    def engine(self) -> Any:
        raise NotImplementedError

    def teardown(self) -> None:
        while self.steps:
            self._take_back()
        self.connection.close()
        with self.engine().begin() as connection:
            connection.execute(delete(conversation))
            connection.execute(delete(inbox))

    @property
    def unit(self) -> UnitOfWork:
        """The present unit; the first rule that needs one opens it, with its outermost step."""
        if self.uow is None:
            self.uow = UnitOfWork(self.pending, NOON)
            self._open(self.uow)
        return self.uow

    def _open(self, uow: UnitOfWork) -> None:
        step = ExitStack()
        step.enter_context(uow.step())
        self.steps.append(step)
        self.before.append((deepcopy(self.chats), set(self.arrived)))

    def _take_back(self) -> None:
        self.chats, self.arrived = self.before.pop()
        with pytest.raises(Refusal), self.steps.pop():
            raise Refusal("no")

    def _chat(self, pick: int) -> int | None:
        ids = sorted(self.chats)
        return ids[pick % len(ids)] if ids else None

    # -- writes --------------------------------------------------------------------------------------------------

    @rule()
    def add(self) -> None:
        self.count += 1
        values = {"key": f"k{self.count}", "mode": "bot", "dialog": {"n": 0}}
        row = self.unit.add(conversation, channel="c", account="a", chat="x", language="en", **values)
        self.chats[row["id"]] = {**values, "version": 0}

    @rule(pick=PICK, n=st.integers(0, 9))
    def change(self, pick: int, n: int) -> None:
        row_id = self._chat(pick)
        if row_id is not None:
            self.unit.change(conversation, row_id, dialog={"n": n})
            self.chats[row_id]["dialog"] = {"n": n}
            self.chats[row_id]["version"] += 1

    @rule(pick=PICK, expected=MODES, mode=MODES)
    def settle(self, pick: int, expected: str, mode: str) -> None:
        row_id = self._chat(pick)
        if row_id is not None:
            done = self.unit.settle(conversation, row_id, {"mode": expected}, mode=mode)
            assert done == (self.chats[row_id]["mode"] == expected)
            if done:
                self.chats[row_id]["mode"] = mode

    @rule(expected=MODES, mode=MODES)
    def sweep(self, expected: str, mode: str) -> None:
        hit = [row for row in self.chats.values() if row["mode"] == expected]
        assert self.unit.update_where(conversation, conversation.c.mode == expected, mode=mode) == len(hit)
        for row in hit:
            row["mode"] = mode

    @rule(n=st.integers(0, 5))
    def arrive(self, n: int) -> None:
        self.unit.add_once(
            inbox, channel="c", account="a", platform_id=f"{n}", conversation="x", raw=b"", received_at=NOON, due=NOON
        )
        self.arrived.add(f"{n}")

    # -- reads ---------------------------------------------------------------------------------------------------

    @rule(pick=PICK)
    def peek(self, pick: int) -> None:
        row_id = self._chat(pick)
        if row_id is not None:
            assert _shown(self.unit.get(conversation, row_id)) == self.chats[row_id]

    @rule(mode=MODES)
    def find(self, mode: str) -> None:
        found = {row["id"]: _shown(row) for row in self.unit.find(conversation, conversation.c.mode == mode)}
        assert found == {row_id: row for row_id, row in self.chats.items() if row["mode"] == mode}

    @rule(modes=st.lists(MODES, min_size=1, max_size=3))
    def preload(self, modes: list[str]) -> None:
        """Asking ahead changes no answer, whatever is changed, taken back or written afterwards."""
        self.unit.preload(conversation, "mode", modes)
        self.find(modes[0])

    @rule(mode=MODES, pick=PICK)
    def find_narrower(self, mode: str, pick: int) -> None:
        key = f"k{pick}"
        found = [row["key"] for row in self.unit.find(conversation, mode=mode, key=key)]
        assert found == [row["key"] for row in self.chats.values() if row["mode"] == mode and row["key"] == key]

    @rule()
    def write_and_find(self) -> None:
        found = {row["id"]: _shown(row) for row in written(self.unit, conversation)}
        assert found == self.chats

    @rule()
    def find_arrived(self) -> None:
        assert {row["platform_id"] for row in self.unit.find(inbox)} == self.arrived

    # -- steps and units -----------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.steps) < 5)
    @rule()
    def open_step(self) -> None:
        self._open(self.unit)

    @precondition(lambda self: self.steps)
    @rule(refused=st.booleans())
    def close_step(self, refused: bool) -> None:
        if refused:
            self._take_back()
        else:
            self.before.pop()
            self.steps.pop().close()
        if not self.steps:
            self.uow = None

    @precondition(lambda self: self.uow is None)
    @rule()
    def commit(self) -> None:
        self.pending.flush()
        self.transaction.commit()
        self.transaction = self.connection.begin()
        self.pending = Pending(self.connection, SEALING)
        rows = [
            SEALING.open(conversation, dict(row)) for row in self.connection.execute(select(conversation)).mappings()
        ]
        assert {row["id"]: _shown(row) for row in rows} == self.chats
        assert set(self.connection.execute(select(inbox.c.platform_id)).scalars()) == self.arrived

    @invariant()
    def a_unit_leaves_no_undo_steps_behind(self) -> None:
        assert self.uow is not None or not self.pending.journal


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("key", "mode", "dialog", "version")}


def test_any_mixture_of_steps_leaves_what_a_dict_would_hold(database: str) -> None:
    engine = writer_engine(database)

    class Machine(UnitAgainstDict):
        def engine(self) -> Any:
            return engine

    try:
        run_state_machine_as_test(Machine, settings=settings(max_examples=120, stateful_step_count=40))
    finally:
        engine.dispose()
