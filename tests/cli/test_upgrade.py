"""Upgrade without a stop: an older version stays beside newer tables unless they took away what it needs."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.cli.main import app
from core.kit.chain import newest
from core.kit.clock import SystemClock
from core.kit.crypto import Vault, generate_key
from core.kit.db import writer_engine
from core.ledger import processes
from core.ledger.processes import Me
from core.store.sealing import Sealing
from core.store.store import Store
from scripts.visitor import free_port
from tests.cli.newer import newer
from tests.cli.processes import Process
from tests.services.databases import Databases


def env(url: str, folder: Path) -> dict[str, str]:
    return {"BANLI_DATABASE_URL": url, "BANLI_KEYS": generate_key(), "BANLI_FILES_DIR": str(folder / "files")}


def banli(url: str, folder: Path, *words: str) -> Result:
    return CliRunner(env=env(url, folder)).invoke(app, list(words))


def execute(url: str, statement: str) -> None:
    engine = writer_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


@contextmanager
def beating(url: str, *living: Me) -> Iterator[Store]:
    """The rows of processes that beat just now."""
    engine = writer_engine(url)
    store = Store(engine, Sealing(Vault({"k": bytes(32)}, "k")), SystemClock())
    store.start()
    for me in living:
        store.run(partial(processes.beat, me=me, loops={}))
    yield store
    store.close()


def test_what_each_migration_is_stands_there_before_it_runs(databases: Databases, tmp_path: Path) -> None:
    with databases.fresh("sqlite", tables=False) as url:
        told = banli(url, tmp_path, "migrate", "--to", "0018").stdout
        assert "0018 expands: an older version goes on working beside it. Which processes run" in told
        assert "The tables are at 0018." in told

        done = json.loads(banli(url, tmp_path, "migrate", "--json").stdout)
        assert done["revision"] == newest()
        [step] = [each for each in done["steps"] if each["revision"] == "0020"]
        assert step["kind"] == "expand"
        assert json.loads(banli(url, tmp_path, "migrate", "--json").stdout) == {"revision": newest(), "steps": []}

        unknown = banli(url, tmp_path, "migrate", "--to", "9999")
        assert (unknown.exit_code, "no migration 9999" in unknown.stderr) == (2, True)


def test_what_takes_away_waits_for_the_older_processes(postgres_url: str, tmp_path: Path) -> None:
    old = Me("worker", "0.9", host="host-a", pid=17)
    with beating(postgres_url, old, Me("web", "1.0", migration="9001")) as store, newer(tmp_path):
        refused = banli(postgres_url, tmp_path, "migrate")
        assert refused.exit_code == 2
        assert "9001 contracts: a version older than 9001 can no longer work. What nobody needs" in refused.stdout
        assert "worker 0.9 on host-a (pid 17)" in refused.stderr
        assert "web 1.0" not in refused.stderr
        assert "has no migration" not in refused.stderr

        run = banli(postgres_url, tmp_path, "run", "--port", "0")
        assert (run.exit_code, "worker 0.9 on host-a" in run.stderr) == (2, True), "`run` brings the tables up as well"

        store.run(partial(processes.leave, me=old))
        done = banli(postgres_url, tmp_path, "migrate")
        assert (done.exit_code, "The tables are at 9001." in done.stdout) == (0, True), done.output

    told = banli(postgres_url, tmp_path, "migrate")
    assert (told.exit_code, "install the newer version" in told.stderr) == (2, True)
    for command in (["web", "--port", "0"], ["worker"], ["run", "--port", "0"]):
        told = banli(postgres_url, tmp_path, *command)
        assert (told.exit_code, "too old for them. Remedy: install the newer version" in told.stderr) == (2, True), (
            command
        )


@pytest.mark.parametrize("kind", ["silent", "floor", "yes", "dates from before"])
def test_who_is_waited_for(kind: str, postgres_url: str, tmp_path: Path) -> None:
    with beating(postgres_url, Me("worker", "0.9")), newer(tmp_path, newest() if kind == "floor" else "9001"):
        if kind == "silent":
            execute(postgres_url, "UPDATE process SET beaten_at = beaten_at - interval '1 minute'")
        if kind == "dates from before":
            execute(postgres_url, "UPDATE process SET migration = NULL")
        told = banli(postgres_url, tmp_path, "migrate", *(["--yes"] if kind == "yes" else []))
    assert told.exit_code == (2 if kind == "dates from before" else 0), told.output


def test_processes_are_seen_in_tables_that_do_not_know_their_migration(databases: Databases, tmp_path: Path) -> None:
    with databases.fresh("postgres", tables=False) as url:
        banli(url, tmp_path, "migrate", "--to", "0018")
        execute(
            url,
            "INSERT INTO process (id, kind, host, pid, release, started_at, beaten_at, loops) "
            "VALUES (1, 'web', 'host-b', 5, '0.8', now(), now(), '{}')",
        )
        assert banli(url, tmp_path, "migrate").exit_code == 0, "what expands waits for nobody"
        banli(url, tmp_path, "migrate", "--down", "--to", "0018")
        with newer(tmp_path):
            told = banli(url, tmp_path, "migrate")
        assert (told.exit_code, "web 0.8 on host-b (pid 5)" in told.stderr) == (2, True), told.output


def test_an_older_version_starts_and_is_ready_beside_newer_tables(postgres_url: str, tmp_path: Path) -> None:
    execute(postgres_url, "UPDATE alembic_version SET version_num = '9001'")
    told = banli(postgres_url, tmp_path, "migrate")
    assert (told.exit_code, "The tables are at 9001." in told.stdout) == (0, True), "it leaves them as they are"
    port, own = free_port(), env(postgres_url, tmp_path)
    web = Process(["web", "--port", str(port)], own, tmp_path)
    worker = Process(["worker"], own, tmp_path)
    try:
        web.says("Banli is at")
        worker.says("Working.")
        ready = httpx.get(f"http://127.0.0.1:{port}/readyz").json()["checks"]["migrations"]
        assert ready == {"ok": True, "found": "9001", "wanted": newest(), "ahead": True}
        execute(postgres_url, "UPDATE code_floor SET revision = '9001'")
        page = httpx.get(f"http://127.0.0.1:{port}/readyz")
        below = page.json()["checks"]["migrations"]
        assert (page.status_code, below["ok"], below["ahead"], below["remedy"]) == (
            503, False, False, "install the newer version here too",
        )  # fmt: skip
    finally:
        worker.stop(signal.SIGKILL)
        web.stop(signal.SIGKILL)
