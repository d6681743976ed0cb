"""Rows in bulk: executemany on SQLite, COPY on PostgreSQL; indexes are made when all rows are there."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from sqlalchemy import Boolean, LargeBinary, Table, make_url

from benchmarks.growth.mould import Shows
from benchmarks.growth.template import kind_of
from core.kit.db import is_sqlite, metadata

Rows = Mapping[str, Sequence[Any]]
Write = Callable[[Rows], None]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OWN: Final = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT IN "
    "(SELECT conname FROM pg_constraint)"
)

_UNIQUE: Final = (
    "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'u' "
    "AND connamespace = 'public'::regnamespace"
)


def shows(url: str) -> Shows | None:
    """How rows are written as COPY's text, for every table but the audit, whose rows are linked first."""
    if is_sqlite(url):
        return None
    return {table.name: [_shown(column) for column in table.columns]
            for table in metadata.sorted_tables if table.name != "audit"}  # fmt: skip


@contextmanager
def filling(url: str, told: Callable[[str], None]) -> Iterator[Write]:
    """Gives a function that writes rows, as SQLite keeps them, by table. Afterwards the database is as the product
    has it: with all indexes, and with figures for the planner."""
    with _lite(url, told) if is_sqlite(url) else _postgres(url, told) as write:
        yield write


@contextmanager
def _lite(url: str, told: Callable[[str], None]) -> Iterator[Write]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1500000", "temp_store=FILE"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    made = indexes.fetchall()
    for name, _ in made:
        connection.execute(f'DROP INDEX "{name}"')
    connection.execute("BEGIN")

    def write(rows: Rows) -> None:
        for table in metadata.sorted_tables:
            if found := rows.get(table.name):
                marks = ",".join("?" * len(table.columns))
                named = ",".join(f'"{column.name}"' for column in table.columns)
                connection.executemany(f'INSERT INTO "{table.name}" ({named}) VALUES ({marks})', found)

    yield write
    connection.execute("COMMIT")
    told("indexes")
    for _, statement in made:
        connection.execute(statement)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


@contextmanager
def _postgres(url: str, told: Callable[[str], None]) -> Iterator[Write]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("session_replication_role = replica", "synchronous_commit = off",
                        "maintenance_work_mem = '1GB'"):  # fmt: skip
            connection.execute(f"SET {setting}")
        made = [statement for _, statement in connection.execute(_OWN).fetchall()]
        for name, _ in connection.execute(_OWN).fetchall():
            connection.execute(f'DROP INDEX "{name}"')
        for name, table, told_as in connection.execute(_UNIQUE).fetchall():
            connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            made.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {told_as}')
        lines = {table.name: _line(table) for table in metadata.sorted_tables}

        def write(rows: Rows) -> None:
            for table in metadata.sorted_tables:
                if found := rows.get(table.name):
                    named = ",".join(f'"{column.name}"' for column in table.columns)
                    line = lines[table.name]
                    with connection.cursor().copy(f'COPY "{table.name}" ({named}) FROM STDIN') as copy:
                        copy.write("".join(each if isinstance(each, str) else line(each) for each in found))

        yield write
        told("indexes")
        for statement in made:
            connection.execute(statement)
        told("vacuum")
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _line(table: Table) -> Callable[[tuple[Any, ...]], str]:
    """A row as COPY's text has it."""
    shown = [_shown(column) for column in table.columns]

    def line(row: tuple[Any, ...]) -> str:
        cells = ["\\N" if value is None else show(value) for show, value in zip(shown, row, strict=True)]
        return "\t".join(cells) + "\n"

    return line


def _shown(column: Any) -> Callable[[Any], str]:
    kind = kind_of(column)
    if kind in ("sealed", "blind") or isinstance(column.type, LargeBinary):
        return lambda value: "\\\\x" + value.hex()
    if kind == "moment":
        return _moment
    if isinstance(column.type, Boolean):
        return lambda value: "t" if value else "f"
    return _escaped if kind == "words" else str


def _moment(value: int) -> str:
    return (_EPOCH + timedelta(microseconds=value)).isoformat()


def _escaped(value: str) -> str:
    if "\\" in value or "\n" in value or "\t" in value:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value
