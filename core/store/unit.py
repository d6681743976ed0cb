"""The unit of work: everything that one update, press, timer or API command changes, together or not at all."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, select, update

from core.kit.errors import NotFound
from core.kit.ids import new_id
from core.store.pending import Pending
from core.store.sealing import Row


class KeyNeeded(Exception):
    """The unit discovered a lock key that its group does not hold; it is run again in the next group, with the key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(slots=True)
class _Step:
    journal: int
    savepoint: str = ""


@dataclass(slots=True)
class UnitOfWork:
    """Reads and writes of one unit. Handlers get it from the bus; they never commit and never await.

    Inserts and updates are buffered and flushed once per group; a read of a table that has buffered rows flushes
    first. `settle` is the one write that happens at once, because its answer ("was I the one?") is needed at once.
    """

    pending: Pending
    now: datetime
    held: Collection[str] | None = None  # None: one writer holds everything
    rings: set[str] = field(default_factory=set)  # names of the loops that have work once this is committed
    memory: dict[str, Any] = field(default_factory=dict)  # facts that the units of one group may share
    _steps: list[_Step] = field(default_factory=list)
    _savepoints: int = 0

    @property
    def connection(self) -> Connection:
        return self.pending.connection

    def need(self, key: str) -> None:
        """Declare a lock key. Raises KeyNeeded when the group does not hold it."""
        if self.held is not None and key not in self.held:
            raise KeyNeeded(key)

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

    def change(self, table: Table, row_id: int, **values: Any) -> Row:
        """Buffer an update of one row. A table with a `version` column is checked and raised. Raises NotFound."""
        row = self.get(table, row_id)
        if "version" in row:
            values["version"] = row["version"] + 1
        self.pending.change(table, row, values)
        return row

    def settle(self, table: Table, row_id: int, expect: Mapping[str, Any], **values: Any) -> bool:
        """Conditional update, at once: true for exactly one caller ever. `values` must not be sealed columns."""
        self._touch(table)
        where = [table.c.id == row_id, *(table.c[name] == value for name, value in expect.items())]
        done = self.connection.execute(update(table).where(*where).values(**values)).rowcount == 1
        if done:
            self.pending.overwrite(table, row_id, values)
        else:  # another process may have been faster: what we know of the row is out of date
            self.pending.forget_row((table.name, row_id))
        return done

    def update_where(self, table: Table, *where: ColumnElement[bool], **values: Any) -> int:
        """Conditional update of many rows, at once. Returns how many. `values` must not be sealed columns."""
        self._touch(table)
        self.pending.forget(table)
        return self.connection.execute(update(table).where(*where).values(**values)).rowcount

    # -- reading ---------------------------------------------------------------------------------------------------

    def peek(self, table: Table, row_id: int) -> Row | None:
        """The row by id, with the changes of this group, or None."""
        row = self.pending.rows.get((table.name, row_id))
        if row is not None:
            return row
        found = self.connection.execute(_by_id(table), {"row_id": row_id}).mappings().first()
        return None if found is None else self.pending.remember(table, self.pending.sealing.open(table, found))

    def get(self, table: Table, row_id: int) -> Row:
        """The row by id. Raises NotFound."""
        row = self.peek(table, row_id)
        if row is None:
            raise NotFound(thing=table.name, id=row_id)
        return row

    def find(self, table: Table, *where: ColumnElement[bool], order: Any = None, limit: int | None = None) -> list[Row]:
        """Rows that match, oldest id first unless told otherwise, with the changes of this group."""
        if self.pending.waits(table):
            self._touch(table)
        statement = select(table).where(*where).order_by(table.c.id if order is None else order).limit(limit)
        found = self.connection.execute(statement).mappings().all()
        sealing = self.pending.sealing
        return [self.pending.remember(table, sealing.open(table, row)) for row in found]

    def first(self, table: Table, *where: ColumnElement[bool], order: Any = None) -> Row | None:
        found = self.find(table, *where, order=order, limit=1)
        return found[0] if found else None

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

    def _touch(self, table: Table) -> None:
        """Before an immediate write: a savepoint for every open step that has none, then the buffers."""
        for step in self._steps:
            if not step.savepoint:
                self._savepoints += 1
                step.savepoint = f"step_{self._savepoints}"
                self.connection.exec_driver_sql(f"SAVEPOINT {step.savepoint}")
        if self.pending.waits(table):
            self.pending.flush()


def _by_id(table: Table) -> Any:
    statement = _BY_ID.get(table.name)
    if statement is None:
        statement = _BY_ID[table.name] = select(table).where(table.c.id == bindparam("row_id"))
    return statement


_BY_ID: dict[str, Any] = {}


def _in_transaction(connection: Connection) -> bool:
    """SQLite ends the whole transaction on some errors (a full disk in a savepoint): then none is left to rewind."""
    if connection.dialect.name != "sqlite":
        return True
    return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]  # sqlite3.Connection
