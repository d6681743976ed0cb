"""Processes on a loaded house: what one holds over many messages, what several do, how long one takes to be ready."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import create_engine, text

from benchmarks.growth.child import Since, message
from benchmarks.growth.load import Loaded
from core.kit.clock import Clock, SystemClock
from core.kit.crypto import Vault
from core.kit.db import writer_engine
from core.kit.settings import Settings
from core.store.sealing import Sealing
from core.store.store import Store
from scripts.visitor import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 600.0  # seconds; nothing is measured that takes so long
WARM: Final = 2_000  # messages after which a process has everything that it keeps


@dataclass(frozen=True, slots=True)
class Soak:
    """MiB at the start, after the first messages, under load and at the end; open files and tasks from and to."""

    cases: int
    messages: int
    start: float
    warm: float
    under: float
    end: float
    files: tuple[int, int]
    tasks: tuple[int, int]
    rate: float

    @property
    def growth(self) -> float:
        """Of the memory, as a share, from the warm process to the end."""
        return self.end / self.warm - 1


def soak(loaded: Loaded, folder: Path, messages: int) -> Soak:
    with _child() as child:
        _asks(child, {"do": "soak", "warm": min(WARM, messages), "messages": messages, **_where(loaded, folder)})
        start, warm, end = (_answer(child) for _ in range(3))
    return Soak(
        loaded.cases, messages, start["rss"], warm["rss"], end["under"], end["rss"],
        (warm["files"], end["files"]), (warm["tasks"], end["tasks"]), end["rate"],
    )  # fmt: skip


def workers(loaded: Loaded, folder: Path, count: int, messages: int) -> float:
    """Messages a second that so many working processes answer, of a backlog: until the last answer has gone out.
    PostgreSQL only."""
    engine = create_engine(loaded.url)
    left = text(
        "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')"
        " + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))"
    )
    children = [_start() for _ in range(count)]
    ahead = (SystemClock().now() - loaded.now).total_seconds()
    try:
        for child in children:
            _asks(child, {"do": "work", "ahead": ahead, **_where(loaded, folder)})
        for child in children:
            _answer(child)
        with engine.connect() as connection:
            started = time.perf_counter()  # handing in takes a small part of the time, and they work meanwhile
            _append(loaded, messages, Since(ahead))
            waiting = messages
            while waiting and time.perf_counter() - started < PATIENCE:
                time.sleep(0.05)
                connection.rollback()
                waiting = int(connection.execute(left).scalar_one())
        if waiting:
            raise RuntimeError(f"{waiting} of {messages} messages and answers still wait")
        return messages / (time.perf_counter() - started)
    finally:
        for child in children:
            _end(child)
        engine.dispose()


def cold_start(url: str, key: str, folder: Path) -> float:
    """Seconds from the command `banli run` until /readyz answers 200."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BANLI_")}
    env = {**clean, "PYTHONPATH": str(ROOT), "BANLI_DATABASE_URL": url, "BANLI_KEYS": key,
           "BANLI_FILES_DIR": str(folder / "files")}  # fmt: skip
    started = time.perf_counter()
    command = [sys.executable, "-m", "bot.cli.main", "run", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        with httpx.Client(trust_env=False, timeout=5.0) as http:
            while time.perf_counter() - started < PATIENCE:
                if process.poll() is not None:
                    raise RuntimeError(f"banli run ended: {process.communicate()[1].decode()[-2000:]}")
                try:
                    if http.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                        return time.perf_counter() - started
                except httpx.TransportError:
                    pass
                time.sleep(0.02)
        raise RuntimeError("banli run was never ready")
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _append(loaded: Loaded, messages: int, clock: Clock) -> None:
    settings = Settings.model_validate({"database_url": loaded.url, "keys": loaded.key})
    store = Store(writer_engine(loaded.url), Sealing(Vault.from_settings(settings)), clock)
    store.start()
    for n in range(messages):
        store.submit(message(n + time.time_ns() % 10**9 * 1000, loaded.cases))
    store.run(lambda _: None, timeout=PATIENCE)
    store.close()


def _where(loaded: Loaded, folder: Path) -> dict[str, Any]:
    return {"url": loaded.url, "key": loaded.key, "folder": str(folder), "cases": loaded.cases,
            "now": loaded.now.isoformat()}  # fmt: skip


Child = subprocess.Popen[str]


def _start() -> Child:
    command = [sys.executable, "-m", "benchmarks.growth.child"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def _child() -> Iterator[Child]:
    child = _start()
    try:
        yield child
    finally:
        _end(child)


def _end(child: Child) -> None:
    """Its standard input ends; it ends by itself."""
    try:
        child.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()


def _asks(child: Child, what: dict[str, Any]) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(what) + "\n")
    child.stdin.flush()


def _answer(child: Child) -> dict[str, Any]:
    assert child.stdout is not None
    if not (line := child.stdout.readline()):
        raise RuntimeError("a process of the measurement ended before it answered")
    return dict(json.loads(line))
