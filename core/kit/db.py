"""Tables and connections: one MetaData, the kinds of columns, and engines for SQLite and PostgreSQL.

A column is made by `plain`, `sealed` or `blind`, so that each one says whether it holds personal data; a table made
otherwise stops the start-up (`check_classified`).
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

PersonalData = Literal["identity", "contact", "finance", "content"]
SealedForm = Literal["text", "json", "bytes"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

derived = MetaData(naming_convention=metadata.naming_convention)
"""What the database itself writes, from what stands in the tables: an index, no record. Nobody else writes it, keeps it
in a backup, seals or erases it."""

_SQLITE = {"isolation_level": None, "check_same_thread": False}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware moment in UTC: microseconds as an integer in SQLite, timestamptz in PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime for a database column: give it a time zone")
        return value if dialect.name == "postgresql" else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]  # the driver gives a datetime
        return _EPOCH + timedelta(microseconds=value)


Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document without personal data; documents with personal data are `sealed(..., form="json")`."""


def plain(name: str, kind: Any, *args: Any, **options: Any) -> Column[Any]:
    """A column without personal data."""
    options.setdefault("nullable", False)
    return Column(name, kind, *args, info={"kept": "plain"}, **options)


def sealed(name: str, pii: PersonalData, form: SealedForm = "text", *, nullable: bool = True) -> Column[Any]:
    """A column that is encrypted at rest, bound to its table, name and row."""
    return Column(name, LargeBinary, nullable=nullable, info={"kept": "sealed", "pii": pii, "form": form})


def blind(name: str, *, nullable: bool = True) -> Column[Any]:
    """A keyed digest of a personal value: lets it be looked up for equality, tells nothing else."""
    return Column(name, LargeBinary(32), nullable=nullable, info={"kept": "blind"})


def key() -> Column[Any]:
    """The primary key of every table: an id made in Python, see core.kit.ids."""
    return Column("id", BigInteger, primary_key=True, autoincrement=False, info={"kept": "plain"})


def check_classified() -> None:
    """Raises RuntimeError naming every column that does not say whether it holds personal data."""
    loose = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if "kept" not in column.info
    ]
    if loose:
        raise RuntimeError(f"columns without a data class (use plain, sealed or blind): {', '.join(loose)}")


_UNHEARD_MS: Final = 10_000  # what was sent and is not acknowledged: keepalives do not count while it is under way
_ALIVE: Final = {"idle": 2, "interval": 1, "count": 2}  # seconds, seconds, and how many without an answer


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _postgres(url: str) -> dict[str, Any]:
    """Both ends find out within seconds that the other machine is gone: the server lets go of locks, the client asks
    anew. (A process that ends closes its connections itself.) Over a Unix socket there is nothing to find out.
    """
    ours = " ".join(f"-c tcp_keepalives_{name}={value}" for name, value in _ALIVE.items())
    given = make_url(url).query.get("options", "")
    mine = {f"keepalives_{name}": value for name, value in _ALIVE.items()}
    return {"options": f"{given} {ours}".strip(), "tcp_user_timeout": _UNHEARD_MS, **mine}


def writer_engine(url: str) -> Engine:
    """An engine for the store's writer: on SQLite the driver's own transaction handling is switched off.

    With the driver's default the first statement of a group would escape a later rollback to a savepoint, so every
    transaction begins with our own BEGIN IMMEDIATE.
    """
    if not is_sqlite(url):
        return create_engine(url, pool_size=8, max_overflow=4, hide_parameters=True, connect_args=_postgres(url))
    engine = create_engine(url, connect_args=_SQLITE, hide_parameters=True)
    event.listen(engine, "connect", _sqlite_writer_pragmas)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def reader_engine(url: str) -> Engine:
    """An engine whose connections cannot write, whatever is sent through them."""
    if not is_sqlite(url):
        return create_engine(
            url,
            pool_size=4,
            max_overflow=8,
            hide_parameters=True,
            execution_options={"postgresql_readonly": True},
            connect_args=_postgres(url),
        )
    engine = create_engine(url, connect_args=_SQLITE, hide_parameters=True)
    event.listen(engine, "connect", _sqlite_reader_pragmas)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _sqlite_writer_pragmas(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # FULL: with group commit it costs next to nothing, and what was answered 200 survives a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_reader_pragmas(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    for pragma in ("busy_timeout=5000", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def sealed_columns(table: Table) -> tuple[tuple[str, SealedForm], ...]:
    """Name and form of every sealed column of a table."""
    return tuple((c.name, c.info["form"]) for c in table.columns if c.info.get("kept") == "sealed")
