"""The servers of a run can be stopped and started, and none outlives its run, not even a killed one."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.services import postgres, redis_server, run_folder
from tests.services.postgres import PostgresServer
from tests.services.redis_server import RedisServer

ROOT = Path(__file__).parent.parent.parent

KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from tests.services import postgres, redis_server, run_folder
run_folder.PARENT = Path(sys.argv[1])
folder = run_folder.open_run()
postgres.start(folder / "postgres")
redis_server.start(folder / "redis")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def parent() -> Iterator[Path]:
    """A folder in place of /tmp, as short as it and open to the server's user."""
    folder = Path(tempfile.mkdtemp(prefix="banli-parent-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    run_folder.clear_orphans(folder)
    shutil.rmtree(folder, ignore_errors=True)


def ask(server: PostgresServer, question: str) -> object:
    address = server.url().replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def test_postgres_goes_down_and_comes_back_with_its_data(spare_postgres: PostgresServer) -> None:
    ask(spare_postgres, "CREATE TABLE kept AS SELECT 7 AS id")
    spare_postgres.stop()
    with pytest.raises(psycopg.OperationalError):
        ask(spare_postgres, "SELECT id FROM kept")
    spare_postgres.start()
    assert ask(spare_postgres, "SELECT id FROM kept") == 7


def test_the_zone_of_the_server_is_not_ours(spare_postgres: PostgresServer) -> None:
    assert ask(spare_postgres, "SHOW timezone") == "Asia/Shanghai"


def test_redis_vanishes_and_comes_back_empty(spare_redis: RedisServer) -> None:
    with redis.Redis.from_url(spare_redis.url(), retry=Retry(NoBackoff(), 0)) as client:
        client.set("key", "value")
        spare_redis.stop()
        with pytest.raises(redis.ConnectionError):
            client.get("key")
        spare_redis.start()
        assert client.get("key") is None


@pytest.mark.parametrize("time", ["first", "second"])
def test_redis_is_empty_each_time(redis_url: str, time: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("key", "value")


def test_the_servers_of_a_killed_run_are_stopped_by_the_next(parent: Path) -> None:
    command = [sys.executable, "-c", KILLED_RUN, str(parent)]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (left,) = parent.iterdir()
    assert postgres.is_running(left / "postgres")
    assert redis_server.answers(left / "redis")
    processes = [int((left / "postgres/data/postmaster.pid").read_text().split()[0])]

    assert run_folder.clear_orphans(parent) == [left]

    assert not any(postgres.command_of(pid) for pid in processes)
    assert not redis_server.answers(left / "redis")
    assert not left.exists()


def test_a_living_run_is_left_alone() -> None:
    assert not run_folder.is_orphan(run_folder.current())


def test_a_folder_without_an_owner_is_left_alone(parent: Path) -> None:
    stranger = parent / "banli-test-stranger"
    stranger.mkdir()
    assert run_folder.clear_orphans(parent) == []
    assert stranger.exists()


def test_a_process_that_took_over_the_id_is_not_stopped(parent: Path) -> None:
    data = parent / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    postgres.stop(data.parent)
    assert not postgres.is_running(data.parent)
