"""Re-seals rows that an older key has sealed: in batches, each a transaction, as often as it takes."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, LargeBinary, Table, func, or_, select, type_coerce
from sqlalchemy.types import NullType

from core.kit.crypto import Tampered, Vault
from core.kit.db import metadata
from core.store.sealing import Row, Sealing
from core.store.writing import write_changes

SHARED: Final = 1_000  # rows in one transaction where a house works: so long may one of its units wait for a row
ALONE: Final = 5_000  # where nobody else is there: every commit waits for the disk
_PASSES: Final = 5  # rows that others hold are left to the next pass

Blinds = Mapping[str, Callable[[Vault, Row], Mapping[str, bytes | None]]]  # table -> its blind indexes, from a row


@dataclass(slots=True)
class Rekeying:
    """Goes by what each value says of its key, so that it may end and begin anew at any moment.

    Rows that another transaction holds are skipped and met again: it never waits for the house, nor the house long for
    it. ``unreadable``: rows that no key of the ring opens, as "table 123".
    """

    engine: Engine
    sealing: Sealing
    blinds: Blinds
    unreadable: set[str] = field(default_factory=set)

    def waiting(self) -> int:
        """How many rows hold a value that the primary key has not sealed."""
        with self.engine.connect() as connection, connection.begin():
            return sum(_count(connection, table, self._older(table)) for table in self._tables())

    def work(self, batch: int | None = None) -> Iterator[int]:
        """Tells after each batch how many rows it has re-sealed; what it told is in the database for good.

        ``batch``: rows in one transaction; None: as many as suit the database.
        """
        size = batch or (ALONE if self.engine.dialect.name == "sqlite" else SHARED)
        for table in self._tables():
            for _ in range(_PASSES):
                at, met = None, False
                while True:
                    at, done = self._batch(table, at, size)
                    if at is None:
                        break
                    met = True
                    yield done
                if not met:
                    break

    def counts(self) -> dict[str, int]:
        """How many values each key of the ring has sealed; "?" for those of keys that are not in it."""
        vault, found = self.sealing.vault, dict[str, int]()
        with self.engine.connect() as connection, connection.begin():
            for table in self._tables():
                for name, _ in self.sealing.columns(table):
                    column, known = table.c[name], 0
                    for key_id in vault.key_ids:
                        count = _count(connection, table, _begins(column, vault.head_of(key_id)))
                        found[key_id] = found.get(key_id, 0) + count
                        known += count
                    if strange := _count(connection, table, column.is_not(None)) - known:
                        found["?"] = found.get("?", 0) + strange
        return found

    def _tables(self) -> list[Table]:
        return [table for table in metadata.sorted_tables if self.sealing.columns(table)]

    def _older(self, table: Table) -> ColumnElement[bool]:
        head = self.sealing.vault.head
        return or_(*(table.c[name].is_not(None) & ~_begins(table.c[name], head) for name, _ in self._sealed(table)))

    def _sealed(self, table: Table) -> tuple[tuple[str, Any], ...]:
        return self.sealing.columns(table)

    def _batch(self, table: Table, at: int | None, batch: int) -> tuple[int | None, int]:
        """The last row of the batch, None when there is none, and how many were re-sealed."""
        # As they lie there: nothing is needed of the columns' own types, and converting would cost as much as sealing.
        columns = (type_coerce(column, NullType()).label(column.name) for column in table.columns)
        wanted = select(*columns).where(self._older(table)).order_by(table.c.id).limit(batch)
        if at is not None:
            wanted = wanted.where(table.c.id > at)
        with self.engine.connect() as connection, connection.begin():
            rows = connection.execute(wanted.with_for_update(skip_locked=True)).mappings().all()
            changes = [found for row in rows if (found := self._changed(table, dict(row))) is not None]
            shapes: dict[frozenset[str], list[Row]] = defaultdict(list)
            for row_id, stored in changes:
                shapes[frozenset(stored)].append({f"_{name}": stored[name] for name in stored} | {"row_id": row_id})
            for names, alike in shapes.items():
                write_changes(connection, table, names, alike)
        return (rows[-1]["id"] if rows else None), len(changes)

    def _changed(self, table: Table, row: Row) -> tuple[int, Row] | None:
        """The row's id, its sealed columns and blind indexes under the primary key; None when it cannot be read."""
        blinds = self.blinds.get(table.name)
        try:
            sealed, opened = self.sealing.again(table, row, opened=blinds is not None)
        except Tampered:
            self.unreadable.add(f"{table.name} {row['id']}")
            return None
        found = blinds(self.sealing.vault, row | opened) if blinds else {}
        return row["id"], sealed | {name: digest for name, digest in found.items() if digest is not None}


def _begins(column: ColumnElement[Any], head: bytes) -> ColumnElement[bool]:
    return func.substr(column, 1, len(head), type_=LargeBinary) == head


def _count(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(where)).scalar_one())
