"""The unit of work: everything that one update, press, timer or API command changes, together or not at all."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select
from sqlalchemy.sql import Select

from core.kit.errors import NotFound
from core.kit.ids import new_id
from core.store.pending import Pending
from core.store.question import conditions, named, plain
from core.store.sealing import Row


class KeyNeeded(Exception):
    """The unit discovered lock keys that its group does not hold; it is run again in the next group, with the keys."""

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__(*sorted(keys))
        self.keys = keys


@dataclass(slots=True)
class _Step:
    journal: int
    savepoint: str = ""


@dataclass(slots=True)
class UnitOfWork:
    """Reads and writes of one unit. Handlers get it from the bus; they never commit and never await.

    Inserts and updates are buffered and flushed once per group; what waits is laid over what the database answers.
    Only a question that is not plain (see core.store.question) writes the buffers before the end of the group.
    """

    pending: Pending
    now: datetime
    held: Collection[str] | None = None  # None: one writer holds everything
    rings: set[str] = field(default_factory=set)  # names of the loops that have work once this is committed
    memory: dict[Any, Any] = field(default_factory=dict)  # facts that the units of one group may share
    cause: int | None = None  # the id of the update, request or timer that it follows from
    _steps: list[_Step] = field(default_factory=list)
    _savepoints: int = 0

    @property
    def connection(self) -> Connection:
        return self.pending.connection

    def need(self, *keys: str) -> None:
        """Declare lock keys. Raises KeyNeeded when the group does not hold them all: the unit runs again with those
        that are missing, so whoever knows of many names them at once."""
        missing = frozenset() if self.held is None else frozenset(keys) - frozenset(self.held)
        if missing:
            raise KeyNeeded(missing)

    # -- writing ---------------------------------------------------------------------------------------------------

    def add(self, table: Table, **values: Any) -> Row:
        """Buffer a new row; `id` is made when not given. Returns the row."""
        values.setdefault("id", new_id())
        row = self.pending.sealing.complete(table, values)
        self.pending.add(table, row)
        return row

    def add_once(self, table: Table, **values: Any) -> None:
        """Buffer a row that is dropped silently when a unique key of the table has been there before."""
        values.setdefault("id", new_id())
        self.pending.add_once(table, self.pending.sealing.complete(table, values))

    def count(self, *thing: str) -> None:
        """For the metrics: a kind of thing and its labels, counted once this is committed. No ids, no words."""
        self.pending.count(thing)

    def change(self, table: Table, row_id: int, **values: Any) -> Row:
        """Buffer an update of one row. A table with a `version` column is checked and raised. Raises NotFound."""
        row = self.get(table, row_id)
        if "version" in row:
            values["version"] = row["version"] + 1
        self.pending.change(table, row, values)
        return row

    def settle(self, table: Table, row_id: int, expect: Mapping[str, Any], **values: Any) -> bool:
        """Change the row if it is what is expected: true for exactly one caller ever.

        The row is locked first, so the answer is known at once although the change is written with all others. Without
        values nothing is changed, and the row stays as it is until the commit.
        """
        row = self.pending.locked(table, row_id)
        if row is None or any(row[name] != value for name, value in expect.items()):
            return False
        if values:
            self.pending.change(table, row, values)
        return True

    def update_where(self, table: Table, *where: ColumnElement[bool], **values: Any) -> int:
        """Change every row that matches, each locked as in `settle`. Returns how many."""
        rows = self._rows(table, where, {}, lock=True)
        for row in rows:
            self.pending.change(table, row, values)
        return len(rows)

    # -- reading ---------------------------------------------------------------------------------------------------

    def peek(self, table: Table, row_id: int) -> Row | None:
        """The row by id, with the changes of this group, or None."""
        return self.pending.peek(table, row_id)

    def get(self, table: Table, row_id: int) -> Row:
        """The row by id. Raises NotFound."""
        row = self.peek(table, row_id)
        if row is None:
            raise NotFound(thing=table.name, id=row_id)
        return row

    def find(
        self,
        table: Table,
        *where: ColumnElement[bool],
        order: Any = None,
        limit: int | None = None,
        **equal: Any,
    ) -> list[Row]:
        """Rows that match, oldest id first unless told otherwise, with the changes of this group."""
        return self._rows(table, where, equal, order, limit)

    def first(self, table: Table, *where: ColumnElement[bool], order: Any = None, **equal: Any) -> Row | None:
        found = self._rows(table, where, equal, order, 1)
        return found[0] if found else None

    def _rows(
        self,
        table: Table,
        where: Sequence[ColumnElement[bool]],
        equal: Mapping[str, Any],
        order: Any = None,
        limit: int | None = None,
        *,
        lock: bool = False,
    ) -> list[Row]:
        question = plain(table, where, equal, order)
        if question is not None and not self.pending.waits_once(table):
            return self.pending.answer(question, limit, lock=lock)
        # Only the database can tell: what waits is written first.
        if any(self.pending.waits(each) for each in (table, *named(where))):
            self._flush()
        statement = select(table).where(*where, *conditions(table, equal)).limit(limit)
        statement = statement.order_by(table.c.id if order is None else order)
        found = self.connection.execute(statement.with_for_update() if lock else statement).mappings().all()
        kept = self.pending.fresh if lock else self.pending.keep
        return [kept(table, dict(row)) for row in found]

    def rows(self, statement: Select[*tuple[Any, ...]], *tables: Table) -> list[Row]:
        """Rows of any select, as they are stored: for columns without personal data. What waits to be written into
        these tables, from which the answer follows, is written first."""
        if any(self.pending.waits(each) for each in tables):
            self._flush()
        return [dict(row) for row in self.connection.execute(statement).mappings()]

    def preload(self, table: Table, column: str, values: Iterable[Any]) -> list[Row]:
        """Rows whose column is one of these values: asked once for the whole group, found in memory afterwards.

        For what looks ahead (core.store.store.Ahead). Values must be of one type, and none may be None.
        """
        return self.pending.preload(table, column, values)

    # -- steps -----------------------------------------------------------------------------------------------------

    @contextmanager
    def step(self) -> Iterator[None]:
        """A part that is taken back whole when it raises; the exception goes on to the caller."""
        step = _Step(len(self.pending.journal))
        self._steps.append(step)
        try:
            yield
        except BaseException:
            self._rewind(step)
            raise
        finally:
            self._steps.pop()
        if not self._steps:
            if step.savepoint:
                self.connection.exec_driver_sql(f"RELEASE SAVEPOINT {step.savepoint}")
            self.pending.journal.clear()

    def _rewind(self, step: _Step) -> None:
        if step.savepoint and _in_transaction(self.connection):
            self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {step.savepoint}")
        journal = self.pending.journal
        while len(journal) > step.journal:
            journal.pop()()

    def _flush(self) -> None:
        """Write what waits before the end of the group: inside a savepoint for every open step that has none."""
        for step in self._steps:
            if not step.savepoint:
                self._savepoints += 1
                step.savepoint = f"step_{self._savepoints}"
                self.connection.exec_driver_sql(f"SAVEPOINT {step.savepoint}")
        self.pending.flush()


def _in_transaction(connection: Connection) -> bool:
    """SQLite ends the whole transaction on some errors (a full disk in a savepoint): then none is left to rewind."""
    if connection.dialect.name != "sqlite":
        return True
    return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]  # sqlite3.Connection
