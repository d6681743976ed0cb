"""What a group of units has changed but not yet written: buffered rows, an identity map, and a journal to undo from."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from core.kit.db import metadata
from core.store.sealing import Row, Sealing

RowKey = tuple[str, int]


class LostUpdate(Exception):
    """A row changed between reading and writing it although its lock was held: the group is redone one by one."""


class Pending:
    """Buffered inserts and updates over all tables, in the order in which foreign keys allow them.

    Every change leaves an undo step in the journal while a step is open, so that a refused unit or follow-up can be
    rewound without touching the database.
    """

    def __init__(self, connection: Connection, sealing: Sealing) -> None:
        self.connection = connection
        self.sealing = sealing
        self.rows: dict[RowKey, Row] = {}
        self.journal: list[Callable[[], object]] = []
        self._inserts: dict[str, list[Row]] = defaultdict(list)
        self._once: dict[str, list[Row]] = defaultdict(list)
        self._dirty: dict[RowKey, _Change] = {}
        self._new: set[RowKey] = set()

    def add(self, table: Table, row: Row) -> None:
        rows, key = self._inserts[table.name], (table.name, row["id"])
        rows.append(row)
        self.rows[key] = row
        self._new.add(key)

        def undo() -> None:
            rows.remove(row)
            self.rows.pop(key, None)
            self._new.discard(key)

        self.journal.append(undo)

    def add_once(self, table: Table, row: Row) -> None:
        rows = self._once[table.name]
        rows.append(row)
        self.journal.append(lambda: rows.remove(row))

    def remember(self, table: Table, row: Row) -> Row:
        """The one dict that stands for this row in the group."""
        key = (table.name, row["id"])
        known = self.rows.get(key)
        if known is not None:
            return known
        self.rows[key] = row
        self.journal.append(lambda: self.rows.pop(key, None))
        return row

    def change(self, table: Table, row: Row, values: Row) -> None:
        """Buffer an update. The version that the database holds is checked when it is written."""
        key = (table.name, row["id"])
        old = {name: row[name] for name in values}
        if key in self._new:
            self.journal.append(lambda: row.update(old))
        else:
            before = self._dirty.get(key)
            base = before.version if before else row.get("version")
            self._dirty[key] = _Change(frozenset(values).union(before.names if before else ()), base)
            self.journal.append(lambda: self._restore(key, before, row, old))
        row.update(values)

    def _restore(self, key: RowKey, before: "_Change | None", row: Row, old: Row) -> None:
        row.update(old)
        if before is None:
            self._dirty.pop(key, None)
        else:
            self._dirty[key] = before

    def overwrite(self, table: Table, row_id: int, values: Row) -> None:
        """Mirror in memory what a conditional update has just done in the database."""
        row = self.rows.get((table.name, row_id))
        if row is not None:
            old = {name: row[name] for name in values}
            row.update(values)
            self.journal.append(lambda: row.update(old))

    def forget(self, table: Table) -> None:
        """Drop what is known of a table after a statement changed many of its rows."""
        for key in [k for k in self.rows if k[0] == table.name]:
            self.forget_row(key)

    def forget_row(self, key: RowKey) -> None:
        """Drop what is known of one row, so that the next read asks the database."""
        row = self.rows.pop(key, None)
        if row is not None:
            self.journal.append(lambda: self.rows.__setitem__(key, row))

    def waits(self, table: Table) -> bool:
        name = table.name
        return bool(self._inserts.get(name) or self._once.get(name) or any(k[0] == name for k in self._dirty))

    def flush(self) -> None:
        """One executemany per table, parents first. Raises LostUpdate; database errors pass through."""
        kept = (self._inserts, self._once, self._dirty, self._new)
        inserts, once, dirty, _ = kept
        self._inserts, self._once, self._dirty, self._new = defaultdict(list), defaultdict(list), {}, set()
        self.journal.append(lambda: self._refill(kept))
        for table in metadata.sorted_tables:
            if rows := inserts.get(table.name):
                self.connection.execute(insert_into(table), self._sealed(table, rows))
            if rows := once.get(table.name):
                statement = insert_once_into(table, self.connection.dialect.name)
                self.connection.execute(statement, self._sealed(table, rows))
        if dirty:
            self._write_changes(dirty)

    def _refill(self, kept: tuple[Any, Any, Any, Any]) -> None:
        """After a rollback to a savepoint: what was flushed inside it waits again."""
        self._inserts, self._once, self._dirty, self._new = kept

    def _sealed(self, table: Table, rows: Iterable[Row]) -> list[Row]:
        return [self.sealing.seal(table, row, row["id"]) for row in rows]

    def _write_changes(self, dirty: dict[RowKey, "_Change"]) -> None:
        shapes: dict[tuple[str, frozenset[str]], list[Row]] = defaultdict(list)
        for (name, row_id), change in dirty.items():
            table, row = metadata.tables[name], self.rows[name, row_id]
            values = self.sealing.seal(table, {column: row[column] for column in change.names}, row_id)
            bound = {"_" + column: value for column, value in values.items()}
            shapes[name, change.names].append({**bound, "row_id": row_id, "base": change.version})
        for name, columns in sorted(shapes, key=lambda shape: (shape[0], sorted(shape[1]))):
            rows = shapes[name, columns]
            rows.sort(key=lambda r: r["row_id"])  # one order for everybody: no deadlock between processes
            result = self.connection.execute(update_of(metadata.tables[name], columns), rows)
            if result.rowcount != len(rows):
                raise LostUpdate(name)


@dataclass(frozen=True, slots=True)
class _Change:
    names: frozenset[str]
    version: int | None  # what the database holds


_statements: dict[Any, Any] = {}


def insert_into(table: Table) -> Any:
    key = ("insert", table.name)
    if key not in _statements:
        _statements[key] = insert(table).values({c.name: bindparam(c.name) for c in table.columns})
    return _statements[key]


def insert_once_into(table: Table, dialect: str) -> Any:
    key = ("once", table.name, dialect)
    if key not in _statements:
        make = postgresql.insert if dialect == "postgresql" else sqlite.insert
        _statements[key] = make(table).on_conflict_do_nothing()
    return _statements[key]


def update_of(table: Table, columns: frozenset[str]) -> Any:
    """UPDATE by id; where the table has a version, only if it is still the one that was read."""
    key = ("update", table.name, columns)
    if key not in _statements:
        where = [table.c.id == bindparam("row_id")]
        if "version" in columns:
            where.append(table.c.version == bindparam("base"))
        _statements[key] = update(table).where(*where).values({c: bindparam("_" + c) for c in columns})
    return _statements[key]
