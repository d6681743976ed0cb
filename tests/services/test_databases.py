"""Every test gets a database of its own, on real SQLite and real PostgreSQL, with and without tables."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.services import databases as module
from tests.services import run_folder
from tests.services.databases import KINDS, Databases, Kind
from tests.services.postgres import PostgresServer


def execute(url: str, *statements: str) -> object:
    """Run statements in one transaction; gives the first value of the last one, if it has any."""
    engine = create_engine(url)
    with engine.begin() as connection:
        results = [connection.execute(text(statement)) for statement in statements]
        value: object = results[-1].scalar() if results[-1].returns_rows else None
    engine.dispose()
    return value


def tables(url: str) -> list[str]:
    engine = create_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


@pytest.mark.parametrize("time", ["first", "second"])
def test_an_empty_database_is_fresh_each_time(empty_database: str, time: str) -> None:
    assert tables(empty_database) == []
    execute(empty_database, "CREATE TABLE leftover (id INTEGER)")


def test_postgres_is_a_real_one(postgres_url: str) -> None:
    assert str(execute(postgres_url, "SELECT version()")).startswith("PostgreSQL 1")


def test_databases_are_removed(databases: Databases) -> None:
    with databases.fresh("postgres", tables=False) as url:
        name = url.rpartition("/")[2].partition("?")[0]
        count = f"SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        assert execute(module.server_url(), count) == 1
    assert execute(module.server_url(), count) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_tables_are_made_once_and_copied(
    kind: Kind, spare_postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(module.EXTERNAL, spare_postgres.url())
    monkeypatch.setenv(run_folder.VARIABLE, str(tmp_path))
    made: list[str] = []

    def install(url: str) -> None:
        made.append(url)
        execute(url, "CREATE TABLE pattern (id INTEGER)", "INSERT INTO pattern VALUES (7)")

    databases = Databases(tmp_path, install)
    with databases.fresh(kind) as first, databases.fresh(kind) as second:
        execute(first, "DELETE FROM pattern")
        assert execute(second, "SELECT id FROM pattern") == 7
    assert len(made) == 1
