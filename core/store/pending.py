"""What a group of units has changed but not yet written: buffered rows, an identity map, and a journal to undo from."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from core.kit.db import metadata
from core.store.question import Question, ask, by_id
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
        self.shared = connection.dialect.name == "postgresql"  # others may write at the same time
        self.rows: dict[RowKey, Row] = {}
        self.journal: list[Callable[[], object]] = []
        self._inserts: dict[str, dict[int, Row]] = defaultdict(dict)
        self._once: dict[str, list[Row]] = defaultdict(list)
        self._dirty: dict[str, dict[int, _Change]] = defaultdict(dict)
        self._locked: set[RowKey] = set()

    # -- writing ---------------------------------------------------------------------------------------------------

    def add(self, table: Table, row: Row) -> None:
        rows, row_id = self._inserts[table.name], row["id"]
        rows[row_id] = self.rows[table.name, row_id] = row

        def undo() -> None:
            del rows[row_id]
            self.rows.pop((table.name, row_id), None)

        self.journal.append(undo)

    def add_once(self, table: Table, row: Row) -> None:
        rows = self._once[table.name]
        rows.append(row)
        self.journal.append(rows.pop)

    def change(self, table: Table, row: Row, values: Row) -> None:
        """Buffer an update. The version that the database holds is checked when it is written."""
        name, row_id = table.name, row["id"]
        old = {column: row[column] for column in values}
        if row_id in self._inserts[name]:
            self.journal.append(lambda: row.update(old))
        else:
            before = self._dirty[name].get(row_id)
            base = before.version if before else row.get("version")
            self._dirty[name][row_id] = _Change(before.names.union(values) if before else frozenset(values), base)
            self.journal.append(lambda: self._restore((name, row_id), before, row, old))
        row.update(values)

    def _restore(self, key: RowKey, before: "_Change | None", row: Row, old: Row) -> None:
        row.update(old)
        if before is None:
            self._dirty[key[0]].pop(key[1], None)
        else:
            self._dirty[key[0]][key[1]] = before

    # -- reading ---------------------------------------------------------------------------------------------------

    def answer(self, question: Question, limit: int | None = None, *, lock: bool = False) -> list[Row]:
        """The rows that answer now: those of the database, with what waits to be written laid over them."""
        name = question.table.name
        waiting = dict(self._inserts.get(name, ()))
        for row_id in self._dirty.get(name, ()):
            waiting[row_id] = self.rows[name, row_id]
        stored = ask(self.connection, question, None if waiting else limit, lock=lock and self.shared)
        found = [self.keep(question.table, row, fresh=lock) for row in stored]
        if waiting:
            found = [row for row in found if row["id"] not in waiting]
            more = [row for row in waiting.values() if question.holds(row)]
            found = (question.arrange([*found, *more]) if more else found)[:limit]
        return found

    def locked(self, table: Table, row_id: int) -> Row | None:
        """The row as it is now and stays until the commit, whoever else wants to change it."""
        key = (table.name, row_id)
        known = self.rows.get(key)
        if known is not None and (not self.shared or key in self._locked or row_id in self._inserts[table.name]):
            return known
        if known is None and not self.shared:
            return self.peek(table, row_id)
        stored = ask(self.connection, by_id(table, row_id), lock=self.shared)
        if not stored:
            return None
        row = self.keep(table, stored[0], fresh=True)
        self._locked.add(key)
        self.journal.append(lambda: self._locked.discard(key))
        return row

    def peek(self, table: Table, row_id: int) -> Row | None:
        """The row by id, or None."""
        known = self.rows.get((table.name, row_id))
        if known is not None:
            return known
        stored = ask(self.connection, by_id(table, row_id))
        return self.keep(table, stored[0]) if stored else None

    def keep(self, table: Table, stored: Row, *, fresh: bool = False) -> Row:
        """The one dict that stands for this row in the group; with `fresh` it takes over what others have written."""
        key = (table.name, stored["id"])
        known = self.rows.get(key)
        if known is None:
            self.rows[key] = row = self.sealing.open(table, stored)
            self.journal.append(lambda: self.rows.pop(key, None))
            return row
        if fresh and self.shared and key not in self._locked:
            change = self._dirty[table.name].get(stored["id"])
            ours = change.names if change is not None else frozenset()
            opened = self.sealing.open(table, stored)
            known.update({column: value for column, value in opened.items() if column not in ours})
        return known

    # -- flushing --------------------------------------------------------------------------------------------------

    def waits(self, table: Table) -> bool:
        """Whether rows of this table wait to be written."""
        return any(table.name in kind and kind[table.name] for kind in (self._inserts, self._once, self._dirty))

    def waits_once(self, table: Table) -> bool:
        """Whether rows wait of which only the database knows whether they will be there."""
        return bool(self._once.get(table.name))

    def flush(self) -> None:
        """Changes first, as they may free a unique key that a new row takes; then the new rows, parents first.

        One executemany per table. Raises LostUpdate; database errors pass through.
        """
        kept = (self._inserts, self._once, self._dirty)
        inserts, once, dirty = kept
        self._inserts, self._once, self._dirty = defaultdict(dict), defaultdict(list), defaultdict(dict)
        self.journal.append(lambda: self._refill(kept))
        self._write_changes(dirty)
        for table in _parents_first({*inserts, *once}):
            if rows := inserts.get(table.name):
                self.connection.execute(insert_into(table), self._sealed(table, rows.values()))
            if many := once.get(table.name):
                statement = insert_once_into(table, self.connection.dialect.name)
                self.connection.execute(statement, self._sealed(table, many))

    def _refill(self, kept: tuple[Any, Any, Any]) -> None:
        """After a rollback to a savepoint: what was flushed inside it waits again."""
        self._inserts, self._once, self._dirty = kept

    def _sealed(self, table: Table, rows: Iterable[Row]) -> list[Row]:
        return [self.sealing.seal(table, row, row["id"]) for row in rows]

    def _write_changes(self, dirty: dict[str, dict[int, "_Change"]]) -> None:
        shapes: dict[tuple[str, frozenset[str]], list[Row]] = defaultdict(list)
        for name, changes in dirty.items():
            for row_id, change in changes.items():
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
_order: dict[str, int] = {}


def _parents_first(names: set[str]) -> list[Table]:
    """Tables in the order of their foreign keys; working the order out takes long, so it is kept."""
    if len(_order) != len(metadata.tables):
        _order.update({table.name: place for place, table in enumerate(metadata.sorted_tables)})
    return [metadata.tables[name] for name in sorted(names, key=_order.__getitem__)]


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
