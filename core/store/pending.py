"""What a group of units has changed but not yet written: buffered rows, an identity map, and a journal to undo from."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from core.kit.db import metadata
from core.kit.watch import Counted
from core.store.asking import ask
from core.store.known import Known, RowKey
from core.store.question import Question, by_id
from core.store.sealing import Row, Sealing
from core.store.writing import write_changes, write_new, write_once


class LostUpdate(Exception):
    """A row changed between reading and writing it although its lock was held: the group is redone one by one."""


class Pending(Known):
    """Buffered inserts and updates over all tables, in the order in which foreign keys allow them.

    Every change leaves an undo step in the journal while a step is open, so that a refused unit or follow-up can be
    rewound without touching the database.
    """

    def __init__(self, connection: Connection, sealing: Sealing) -> None:
        super().__init__(connection, sealing)
        self.shared = connection.dialect.name == "postgresql"  # others may write at the same time
        self.journal: list[Callable[[], object]] = []
        self.counted: list[Counted] = []
        self._inserts: dict[str, dict[int, Row]] = defaultdict(dict)
        self._once: dict[str, list[Row]] = defaultdict(list)
        self._dirty: dict[str, dict[int, _Change]] = defaultdict(dict)
        self._locked: set[RowKey] = set()
        self._flushed = False  # whether anything was written before the end of the group

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

    def count(self, thing: Counted) -> None:
        """Told to whoever measures once the group is committed; a step that is taken back takes it back."""
        self.counted.append(thing)
        self.journal.append(self.counted.pop)

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
        name, lock = question.table.name, lock and self.shared
        inserted, dirty = self._inserts.get(name), self._dirty.get(name)
        if not inserted and not dirty:
            return self._asked_again(question, limit) if lock else super().answer(question, limit)
        ids = None if lock else self.answers.of(question)
        if ids is None:
            found = self._asked_again(question) if lock else self.asked(question)
        else:
            found = [self.rows[name, row_id] for row_id in ids]
        if dirty:  # they are in memory as they will be: let them answer for themselves
            found = [row for row in found if row["id"] not in dirty]
            found += [self.rows[name, row_id] for row_id in dirty]
        waiting = question.sift(inserted.values()) if inserted else []
        return question.arrange([*question.sift(found), *waiting])[:limit]

    def locked(self, table: Table, row_id: int) -> Row | None:
        """The row as it is now and stays until the commit, whoever else wants to change it."""
        key = (table.name, row_id)
        known = self.rows.get(key)
        if known is not None and (not self.shared or key in self._locked or row_id in self._inserts[table.name]):
            return known
        if known is None and not self.shared:
            return self.peek(table, row_id)
        form, stored = ask(self.connection, by_id(table, row_id), lock=self.shared)
        if not stored:
            return None
        row = self.fresh(table, form.row(stored[0]))
        self._locked.add(key)
        self.journal.append(lambda: self._locked.discard(key))
        return row

    def _asked_again(self, question: Question, limit: int | None = None) -> list[Row]:
        """As it is now, and locked."""
        form, stored = ask(self.connection, question, limit, lock=True)
        return [self.fresh(question.table, form.row(each)) for each in stored]

    def fresh(self, table: Table, stored: Row) -> Row:
        """The row's dict with what others have written meanwhile, but for what we have changed ourselves."""
        key = (table.name, stored["id"])
        known = self.rows.get(key)
        if known is None:
            return self.keep(table, stored)
        if self.shared and key not in self._locked:
            change = self._dirty[table.name].get(stored["id"])
            ours = change.names if change is not None else frozenset()
            opened = self.sealing.open(table, stored)
            known.update({column: value for column, value in opened.items() if column not in ours})
        return known

    def keep(self, table: Table, stored: Row) -> Row:
        key = (table.name, stored["id"])
        if self._flushed and key not in self.rows:  # it may be one of ours, written in a step that is taken back
            self.journal.append(lambda: self._lose(key))
        return super().keep(table, stored)

    def _lose(self, key: RowKey) -> None:
        """The row is not known any more, and neither are the answers that it may be among."""
        self.rows.pop(key, None)
        self.answers.forget()

    # -- flushing --------------------------------------------------------------------------------------------------

    def waits(self, table: Table) -> bool:
        """Whether rows of this table wait to be written."""
        return any(table.name in kind and kind[table.name] for kind in (self._inserts, self._once, self._dirty))

    def waits_once(self, table: Table) -> bool:
        """Whether rows wait of which only the database knows whether they will be there."""
        return bool(self._once.get(table.name))

    def flush(self) -> None:
        """Changes first, as they may free a unique key that a new row takes; then the new rows, parents first.

        One statement per table and kind of change. Raises LostUpdate; database errors pass through.
        """
        kept = (self._inserts, self._once, self._dirty)
        inserts, once, dirty = kept
        self._inserts, self._once, self._dirty = defaultdict(dict), defaultdict(list), defaultdict(dict)
        self._flushed = True
        self.answers.forget()
        self.journal.append(lambda: self._refill(kept))
        self._write_changes(dirty)
        for table in _parents_first({*inserts, *once}):
            if rows := inserts.get(table.name):
                write_new(self.connection, table, self._sealed(table, rows.values()))
            if many := once.get(table.name):
                write_once(self.connection, table, self._sealed(table, many))

    def _refill(self, kept: tuple[Any, Any, Any]) -> None:
        """After a rollback to a savepoint: what was flushed inside it waits again."""
        self._inserts, self._once, self._dirty = kept
        self.answers.forget()

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
            if write_changes(self.connection, metadata.tables[name], columns, rows) != len(rows):
                raise LostUpdate(name)


@dataclass(frozen=True, slots=True)
class _Change:
    names: frozenset[str]
    version: int | None  # what the database holds


_order: dict[str, int] = {}


def _parents_first(names: set[str]) -> list[Table]:
    """Tables in the order of their foreign keys; working the order out takes long, so it is kept."""
    if len(_order) != len(metadata.tables):
        _order.update({table.name: place for place, table in enumerate(metadata.sorted_tables)})
    return [metadata.tables[name] for name in sorted(names, key=_order.__getitem__)]
