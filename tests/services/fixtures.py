"""The fixtures that give tests real services: databases on SQLite and PostgreSQL, Redis, and spare servers.

    database           address of a fresh database with all tables; the test runs on SQLite and on PostgreSQL
    empty_database     the same without tables
    databases          makes databases at will: `with databases.fresh("postgres") as url`
    postgres_url       address of a fresh PostgreSQL database with all tables, for tests of PostgreSQL alone
    redis_url          address of an empty Redis database
    spare_postgres     a PostgreSQL server of the test's own, which it may stop and start
    spare_redis        the same for Redis

Nothing starts before a test asks for it; servers are shared by all workers of a run and end with it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
import redis

from tests.services import postgres, redis_server, run_folder, schema
from tests.services.databases import KINDS, Databases, Kind, drop_template
from tests.services.postgres import PostgresServer
from tests.services.redis_server import RedisServer

_opened: list[Path] = []


def pytest_configure(config: pytest.Config) -> None:
    """The process that the user started owns the run; workers of xdist find it in the environment."""
    if not hasattr(config, "workerinput"):
        _opened.append(run_folder.open_run())


def pytest_unconfigure() -> None:
    while _opened:
        folder = _opened.pop()
        drop_template(folder)
        run_folder.close_run(folder)


@pytest.fixture(scope="session")
def databases() -> Databases:
    """Makes fresh databases: `with databases.fresh("sqlite") as url`."""
    return Databases(run_folder.current(), schema.install)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """Address of a fresh database with all tables, on each of SQLite and PostgreSQL."""
    with databases.fresh(cast(Kind, request.param)) as url:
        yield url


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """Address of a fresh database without tables, on each of SQLite and PostgreSQL."""
    with databases.fresh(cast(Kind, request.param), tables=False) as url:
        yield url


@pytest.fixture
def postgres_url(databases: Databases) -> Iterator[str]:
    """Address of a fresh PostgreSQL database with all tables."""
    with databases.fresh("postgres") as url:
        yield url


@pytest.fixture
def sqlite_url(databases: Databases) -> Iterator[str]:
    """Address of a fresh SQLite database with all tables."""
    with databases.fresh("sqlite") as url:
        yield url


@pytest.fixture(scope="session")
def redis_service() -> RedisServer:
    """The run's Redis; a test asks for `redis_url`."""
    with run_folder.locked("redis") as folder:
        return redis_server.start(folder / "redis")


@pytest.fixture
def redis_url(redis_service: RedisServer) -> str:
    """Address of an empty Redis database that no other test uses meanwhile."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = redis_service.url(int(worker) % 16)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def spare_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for this test alone, running and empty; the test may stop and start it."""
    server = postgres.start(run_folder.current() / f"pg-{uuid4().hex[:8]}")
    yield server
    server.stop()


@pytest.fixture
def spare_redis() -> Iterator[RedisServer]:
    """A Redis server for this test alone; the test may stop and start it."""
    server = redis_server.start(run_folder.current() / f"redis-{uuid4().hex[:8]}")
    yield server
    server.stop()
