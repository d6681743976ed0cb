"""Reading outside a unit: pooled connections that cannot write, for views, pages and the loops that look for work."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Table, select
from sqlalchemy.sql import Select

from core.store.known import Known
from core.store.question import conditions, plain
from core.store.sealing import Row, Sealing


class Lookup(Protocol):
    """What a view needs of either a Reader or a UnitOfWork.

    `find(item, case_id=7, current_id=None)` asks for equality (None: is NULL) and is cheaper than the same in
    SQLAlchemy's conditions, which say everything else.
    """

    def find(
        self,
        table: Table,
        *where: ColumnElement[bool],
        order: Any = None,
        limit: int | None = None,
        **equal: Any,
    ) -> list[Row]: ...

    def first(self, table: Table, *where: ColumnElement[bool], order: Any = None, **equal: Any) -> Row | None: ...

    def peek(self, table: Table, row_id: int) -> Row | None: ...

    def preload(self, table: Table, column: str, values: Iterable[Any]) -> list[Row]: ...


class Dated(Lookup, Protocol):
    """A Lookup that knows the moment at which it looks: what a source of facts needs."""

    @property
    def now(self) -> datetime: ...


class Reader:
    """A read-only look at the committed state; what it has read once it does not ask again."""

    def __init__(self, connection: Connection, sealing: Sealing) -> None:
        self.connection = connection
        self.sealing = sealing
        self._known = Known(connection, sealing)

    def find(
        self,
        table: Table,
        *where: ColumnElement[bool],
        order: Any = None,
        limit: int | None = None,
        **equal: Any,
    ) -> list[Row]:
        """Opened rows that match, oldest id first unless told otherwise."""
        question = plain(table, where, equal, order)
        if question is not None:
            return self._known.answer(question, limit)
        statement = select(table).where(*where, *conditions(table, equal)).limit(limit)
        statement = statement.order_by(table.c.id if order is None else order)
        return [self.sealing.open(table, dict(row)) for row in self.connection.execute(statement).mappings()]

    def first(self, table: Table, *where: ColumnElement[bool], order: Any = None, **equal: Any) -> Row | None:
        found = self.find(table, *where, order=order, limit=1, **equal)
        return found[0] if found else None

    def peek(self, table: Table, row_id: int) -> Row | None:
        return self._known.peek(table, row_id)

    def preload(self, table: Table, column: str, values: Iterable[Any]) -> list[Row]:
        """Rows whose column is one of these values, asked at once and found in memory afterwards."""
        return self._known.preload(table, column, values)

    def rows(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of any select, as they are stored: for columns without personal data. ``values``: of what it names."""
        return [dict(row) for row in self.connection.execute(statement, values).mappings()]


class ReaderAt(Reader):
    """A Reader at a moment."""

    def __init__(self, reader: Reader, now: datetime) -> None:
        super().__init__(reader.connection, reader.sealing)
        self.now = now


class Reading:
    """Opens readers; a reader's transaction is short, so that SQLite's checkpoints are not held back."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine = engine
        self.sealing = sealing

    @contextmanager
    def open(self) -> Iterator[Reader]:
        with self._engine.connect() as connection, connection.begin():
            yield Reader(connection, self.sealing)

    def close(self) -> None:
        self._engine.dispose()
