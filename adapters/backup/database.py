"""The database's side of a backup: a consistent copy while others write, and the copy put back as one step."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, inspect, make_url

from adapters.backup.manifest import DATABASE, SQLITE, BackupBroken, Kind, Manifest, Part, Rows
from adapters.backup.parcel import pieces_of, sync
from core.kit import migrate
from core.kit.db import is_sqlite, reader_engine, writer_engine
from core.store.reading import Reader
from core.store.sealing import Sealing

_NOT_OURS: Final = frozenset({"alembic_version", "case_member"})  # the migrations and the database write them
_KEPT_BEFORE: Final = (".restoring", ".restoring-wal", ".restoring-shm")


class Room(Protocol):
    """Where a copy is put; a Parcel."""

    def place(self, path: str) -> Path: ...

    def adopt(self, path: str) -> Part: ...

    def add(self, path: str, pieces: Iterator[bytes]) -> Part: ...


def kind_of(url: str) -> Kind:
    return "sqlite" if is_sqlite(url) else "postgresql"


def revision_of(connection: Connection) -> str | None:
    """Of the tables; None when there are none."""
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def copied(url: str, room: Room, sealing: Sealing) -> Iterator[tuple[Reader, tuple[Rows, ...]]]:
    """Copy the database; gives a reader of exactly the state that was copied, to ask it for its files."""
    made = _copied_sqlite(url, room, sealing) if is_sqlite(url) else _copied_postgres(url, room, sealing)
    with made as found:
        yield found


@contextmanager
def _copied_sqlite(url: str, room: Room, sealing: Sealing) -> Iterator[tuple[Reader, tuple[Rows, ...]]]:
    """VACUUM INTO reads one state while others write, and leaves out what was deleted."""
    source, target = Path(url.removeprefix("sqlite:///")), room.place(SQLITE)
    if not source.is_file():
        raise BackupBroken([f"there is no database at {source}: look at BANLI_DATABASE_URL"])
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # private from the first byte
    connection = sqlite3.connect(source, isolation_level=None)
    try:
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    room.adopt(SQLITE)
    engine = create_engine(f"sqlite:///file:{target}?mode=ro&immutable=1&uri=true")
    try:
        with engine.connect() as reading:
            yield Reader(reading, sealing), ()
    finally:
        engine.dispose()


@contextmanager
def _copied_postgres(url: str, room: Room, sealing: Sealing) -> Iterator[tuple[Reader, tuple[Rows, ...]]]:
    """COPY of every table within one read-only transaction that sees one state."""
    engine = reader_engine(url).execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection, connection.begin():
            kept = []
            for number, table in enumerate(_tables(connection)):
                path = f"{DATABASE}/{number:03}-{table.name}.copy"
                columns = tuple(column.name for column in table.columns)
                counted = [0]
                room.add(path, _copy_out(connection, table.name, columns, counted))
                kept.append(Rows(table=table.name, columns=columns, path=path, rows=counted[0]))
            yield Reader(connection, sealing), tuple(kept)
    finally:
        engine.dispose()


def _tables(connection: Connection) -> list[Table]:
    """As the database has them, in the order of their foreign keys."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _NOT_OURS]


def _copy_out(connection: Connection, table: str, columns: Sequence[str], counted: list[int]) -> Iterator[bytes]:
    with _cursor(connection) as cursor, cursor.copy(f"COPY {_named(table, columns)} TO STDOUT") as copy:
        for piece in copy:
            counted[0] += bytes(piece).count(b"\n")  # COPY writes a line break within a value as \n
            yield bytes(piece)


def _named(table: str, columns: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in columns)
    return f'"{table}" ({quoted})'


def _cursor(connection: Connection) -> Any:
    """The driver's own: COPY is not SQLAlchemy's business."""
    return connection.connection.driver_connection.cursor()  # type: ignore[union-attr]  # psycopg's connection


def is_empty(url: str) -> bool:
    """Whether no table is there yet. Raises OperationalError when the database does not answer."""
    if is_sqlite(url) and not Path(url.removeprefix("sqlite:///")).exists():
        return True
    engine = reader_engine(url)
    try:
        with engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def put_back(url: str, folder: Path, manifest: Manifest) -> None:
    """Put the copy in place of whatever is there, as one step, and bring its tables up to this version."""
    if manifest.kind == "sqlite":
        _put_back_sqlite(Path(make_url(url).database or ""), folder / SQLITE)
    else:
        _put_back_postgres(url, folder, manifest)


def _put_back_sqlite(target: Path, copy: Path) -> None:
    """1. beside the target; 2. up to this version; 3. moved in its place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside, *logs = (target.with_name(target.name + each) for each in _KEPT_BEFORE)
    for left in (beside, *logs):
        left.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in pieces_of(copy):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    migrate.upgrade(f"sqlite:///{beside}")
    for log in ("-wal", "-shm"):
        target.with_name(target.name + log).unlink(missing_ok=True)
    beside.replace(target)
    sync(target.parent)


def _put_back_postgres(url: str, folder: Path, manifest: Manifest) -> None:
    """Everything in one transaction: until its commit the old tables are untouched."""
    engine: Engine = writer_engine(url)
    try:
        with engine.begin() as connection:
            old = MetaData()
            old.reflect(connection)
            old.drop_all(connection)
            migrate.upgrade_on(connection, manifest.revision)
            named = ", ".join(f'"{rows.table}"' for rows in manifest.tables)
            connection.exec_driver_sql(f"TRUNCATE {named}")
            for rows in manifest.tables:
                statement = f"COPY {_named(rows.table, rows.columns)} FROM STDIN"
                with _cursor(connection) as cursor, cursor.copy(statement) as copy:
                    for piece in pieces_of(folder / rows.path):
                        copy.write(piece)
            migrate.upgrade_on(connection, "head")
    finally:
        engine.dispose()
