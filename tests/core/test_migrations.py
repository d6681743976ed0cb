"""Migrations: up, down and up again on both databases, and what they make is what the code believes there is."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

import adapters.webchat.tables
import core.wiring.tables
from core.kit import migrate
from core.kit.chain import newest
from core.kit.db import check_classified, derived, metadata, writer_engine

__all__ = ["adapters", "core"]  # the imports bring every table into the MetaData


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = writer_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def tables(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(empty_database: str) -> None:
    expected = {*metadata.tables, *derived.tables}
    migrate.upgrade(empty_database)
    assert tables(empty_database) == expected
    migrate.downgrade(empty_database)
    assert tables(empty_database) == set()
    migrate.upgrade(empty_database)
    migrate.upgrade(empty_database)
    assert tables(empty_database) == expected
    with connected(empty_database) as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest()


def test_the_migrations_make_what_the_code_believes_there_is(database: str) -> None:
    with connected(database) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [metadata, derived]) == []  # type: ignore[arg-type]  # several will do


def test_every_index_is_made_with_its_condition(database: str) -> None:
    """Alembic does not compare the conditions of partial indexes; the ledger's loops lean on them."""
    dialect = "postgresql" if database.startswith("postgresql") else "sqlite"
    expected = {
        str(index.name): index.dialect_options[dialect]["where"] is not None
        for table in metadata.tables.values()
        for index in table.indexes
    }
    with connected(database) as connection:
        looks = inspect(connection)
        found = {
            str(index["name"]): bool(index.get("dialect_options", {}).get(f"{dialect}_where") is not None)
            for name in metadata.tables
            for index in looks.get_indexes(name)
            if index["name"] in expected
        }
    assert found == expected
    assert sum(expected.values()) >= 8


def test_every_column_says_whether_it_holds_personal_data() -> None:
    check_classified()
