"""A house of several processes on PostgreSQL with Redis, and what is true in its database when all have spoken."""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, text

from core.kit.crypto import generate_key
from core.kit.db import reader_engine
from scripts.visitor import free_port
from tests.cli.processes import ROOT, Process, until
from tests.rolling.visitors import Client

READY = {"web": "Banli is at", "worker": "Working."}


@dataclass
class Place:
    """Where one process stands; `process` is the one that runs there now."""

    kind: str
    process: Process
    port: int = 0


@dataclass
class House:
    """`drains`: seconds from each SIGTERM to the end of the process; `faults`: what a process said on a fault."""

    database: str
    redis: str
    folder: Path
    places: list[Place] = field(default_factory=list)
    drains: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._started = list[Process]()
        self._env = {
            "BANLI_DATABASE_URL": self.database,
            "BANLI_REDIS_URL": self.redis,
            "BANLI_KEYS": generate_key(),
            "BANLI_FILES_DIR": str(self.folder / "files"),
            "BANLI_WEBCHAT__TEXTS_PER_MINUTE": "6000",
            "BANLI_WEBCHAT__TEXTS_AT_ONCE": "1000",
        }

    @property
    def ports(self) -> list[int]:
        return [place.port for place in self.places if place.kind == "web"]

    def opens(self, kind: str, root: Path = ROOT, port: int = 0) -> Place:
        port = port or free_port() if kind == "web" else 0
        place = Place(kind, self._starts(kind, port, root), port)
        self.places.append(place)
        return place

    def rolls(self, place: Place) -> None:
        """SIGTERM, and once more from the beginning; comes back when the new process is ready."""
        self.closes(place)
        self.opens_again(place)

    def opens_again(self, place: Place) -> None:
        place.process = self._starts(place.kind, place.port, ROOT)

    def closes(self, place: Place) -> None:
        began = time.monotonic()
        code = place.process.stop()
        self.drains.append(time.monotonic() - began)
        self._looks(place.process, code)

    def ends(self) -> None:
        """Whatever still runs."""
        for process in self._started:
            process.stop(signal.SIGKILL)

    def banli(self, *words: str) -> str:
        """A command to its end; what it said. Raises AssertionError when it failed."""
        process = Process(list(words), self._env, self.folder)
        assert process.running.wait(180) == 0, process.said
        return process.said

    def _starts(self, kind: str, port: int, root: Path) -> Process:
        words = ["web", "--port", str(port)] if kind == "web" else ["worker"]
        process = Process(words, self._env, self.folder, root)
        self._started.append(process)
        return process.says(READY[kind])

    def _looks(self, process: Process, code: int) -> None:
        if code not in (0, -signal.SIGTERM) or "Traceback" in process.said:
            self.faults.append(f"{process.words} ended with {code}: {process.said[-2000:]}")


@dataclass(frozen=True)
class Found:
    """Of what clients were told is taken: `lost` is not there or was not answered, `double` has two effects."""

    taken: int
    again: int
    lost: int
    double: int

    @property
    def well(self) -> bool:
        return self.taken > 0 and self.lost == 0 and self.double == 0


_LEFT = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') "
    "+ (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))"
)
_ANSWERED = (
    "SELECT count(*) FROM inbox i JOIN outbox o ON o.cause = i.id "
    "WHERE o.state = 'sent' AND i.platform_id LIKE '%guest%-%'"
)
_KEPT = "SELECT count(*) FROM web_message WHERE sender = 'me' AND external_id LIKE :mine"
# An answer names what it follows from; each of these messages has exactly one.
_ANSWERS = (
    "SELECT i.id, i.state, count(o.id), count(o.id) FILTER (WHERE o.state = 'sent'), count(m.id) FROM inbox i "
    "LEFT JOIN outbox o ON o.cause = i.id LEFT JOIN web_message m ON m.external_id = o.external_id "
    "WHERE i.platform_id LIKE :mine GROUP BY i.id, i.state"
)


def judged(database: str, clients: Sequence[Client], *processes: Process) -> Found:
    """When nothing waits any more: what became of every message."""
    engine = reader_engine(database)
    try:
        until(lambda: _number(engine, _LEFT) == 0, *processes)
        lost = double = 0
        for client in clients:
            with engine.connect() as connection:
                rows = connection.execute(text(_ANSWERS), {"mine": f"%{client.name}-%"}).all()
                kept = connection.execute(text(_KEPT), {"mine": f"%{client.name}-%"}).scalar_one()
            whole = [row for row in rows if row[1:] == ("done", 1, 1, 1)]
            double += sum(max(row[2], row[4]) > 1 for row in rows) + max(0, len(rows) - len(client.taken))
            lost += max(0, len(client.taken) - min(len(whole), kept))
        return Found(sum(len(each.taken) for each in clients), sum(each.again for each in clients), lost, double)
    finally:
        engine.dispose()


def answered(database: str) -> int:
    """How many messages have their answer at this moment."""
    engine = reader_engine(database)
    try:
        return _number(engine, _ANSWERED)
    finally:
        engine.dispose()


def _number(engine: Engine, question: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(question)).scalar_one())


@contextmanager
def speaking(ports: Sequence[int], number: int) -> Iterator[list[Client]]:
    """Clients who speak all the while, half of them at each door first."""
    clients = [Client(f"guest{index}", [*ports[index % len(ports) :], *ports]) for index in range(number)]
    for each in clients:
        each.start()
    try:
        yield clients
    finally:
        for each in clients:
            each.ends()
