"""The doors and the loops as processes of their own: on PostgreSQL they work together, on SQLite both refuse."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli.main import app
from core.kit.crypto import generate_key
from core.kit.db import reader_engine
from scripts.visitor import Visitor, free_port
from tests.cli.processes import Process, until
from tests.services.databases import Databases
from tests.services.redis_server import RedisServer

WORKER = ["worker"]


@pytest.fixture
def env(postgres_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "BANLI_DATABASE_URL": postgres_url,
        "BANLI_KEYS": generate_key(),
        "BANLI_FILES_DIR": str(tmp_path / "files"),
    }


@pytest.fixture
def started(env: dict[str, str], tmp_path: Path) -> Iterator[list[Process]]:
    """Whatever a test starts is ended with it."""
    processes: list[Process] = []
    yield processes
    for each in processes:
        each.stop(signal.SIGKILL)


def left(url: str) -> int:
    """Deliveries that nobody has settled yet, given-up ones included."""
    engine = reader_engine(url)
    with engine.connect() as connection:
        number = connection.execute(text("SELECT count(*) FROM inbox WHERE state <> 'done'")).scalar_one()
    engine.dispose()
    return int(number)


def not_ready(port: int) -> list[str]:
    """What the web process's page calls wrong."""
    wrong: list[str] = httpx.get(f"http://127.0.0.1:{port}/readyz").json()["wrong"]
    return wrong


def test_a_chat_is_answered_by_two_processes_and_none_is_lost_when_the_worker_ends(
    env: dict[str, str], tmp_path: Path, started: list[Process], postgres_url: str
) -> None:
    port = free_port()
    web = Process(["web", "--port", str(port)], env, tmp_path)
    started.append(web)
    web.says("Banli is at")
    with Visitor(port) as visitor:
        visitor.says("你好")
        assert until(lambda: left(postgres_url), web), "nobody works yet: what was said waits"
        assert not_ready(port) == ["workers"]

        figures = free_port()
        worker = Process(["worker"], {**env, "BANLI_METRICS__PORT": str(figures)}, tmp_path)
        started.append(worker)
        until(visitor.reads, web, worker)
        until(lambda: not left(postgres_url), web, worker)
        until(lambda: not not_ready(port), web, worker)

        assert "banli_" in httpx.get(f"http://127.0.0.1:{figures}/metrics").text
        for number in range(12):
            visitor.says(f"问题 {number}")
        assert worker.stop() == 0, worker.said
        assert not_ready(port) == ["workers"], "it took leave"
        assert "Traceback" not in worker.said

        first, second = (Process(["worker"], env, tmp_path) for _ in range(2))
        started += [first, second]
        for each in (first, second):
            each.says("Working.")
        until(lambda: not left(postgres_url), web, first, second)
    assert (first.stop(), second.stop()) == (0, 0), first.said + second.said
    assert web.stop() in (0, -signal.SIGTERM), web.said
    assert "Traceback" not in first.said + second.said + web.said


def test_redis_comes_and_goes_and_a_dead_workers_part_is_done_by_another(
    env: dict[str, str], tmp_path: Path, started: list[Process], postgres_url: str, spare_redis: RedisServer
) -> None:
    env = {**env, "BANLI_REDIS_URL": spare_redis.url()}
    port = free_port()
    web, first, second = (Process(words, env, tmp_path) for words in (["web", "--port", str(port)], WORKER, WORKER))
    started += [web, first, second]
    web.says("relay_connected")
    for each in (first, second):
        each.says("relay_connected").says("share_changed")
    with Visitor(port) as visitor:
        visitor.says("你好")
        until(lambda: len(visitor.reads()) >= 1, web, first, second)
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").json()["checks"]["redis"] == {"ok": True, "connected": True}

        spare_redis.stop()
        web.says("relay_lost")
        told = httpx.get(f"http://127.0.0.1:{port}/readyz")
        assert (told.status_code, told.json()["checks"]["redis"]) == (200, {"ok": True, "connected": False})
        visitor.says("没有 Redis")
        until(lambda: not left(postgres_url), web, first, second)
        spare_redis.start()

        first.stop(signal.SIGKILL)
        for number in range(12):
            visitor.says(f"问题 {number}")
        second.says("process_gone")
        until(lambda: not left(postgres_url), web, second)
    assert second.stop() == 0, second.said
    web.stop()
    assert "Traceback" not in web.said + second.said


@pytest.mark.parametrize("command", ["web", "worker"])
def test_on_sqlite_they_refuse_and_say_what_to_do(command: str, sqlite_url: str, tmp_path: Path) -> None:
    env = {"BANLI_DATABASE_URL": sqlite_url, "BANLI_KEYS": generate_key(), "BANLI_FILES_DIR": str(tmp_path / "files")}

    told = CliRunner(env=env).invoke(app, [command])

    assert (told.exit_code, "banli run" in told.stderr, "PostgreSQL" in told.stderr) == (2, True, True)


@pytest.mark.parametrize("command", ["web", "worker"])
def test_they_do_not_change_the_tables(command: str, databases: Databases, tmp_path: Path) -> None:
    with databases.fresh("postgres", tables=False) as url:
        env = {"BANLI_DATABASE_URL": url, "BANLI_KEYS": generate_key(), "BANLI_FILES_DIR": str(tmp_path / "files")}

        told = CliRunner(env=env).invoke(app, [command, *(["--port", "0"] if command == "web" else [])])

    assert (told.exit_code, "banli migrate" in told.stderr) == (2, True), told.output
