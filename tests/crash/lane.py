"""One database with the processes that work on it, in a world of its own: made, killed, started again, looked into."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import create_engine, update
from sqlalchemy.exc import DBAPIError

from adapters.folder_store.store import FolderStore
from core.kit import migrate
from core.kit.crypto import Vault, generate_key
from core.kit.db import reader_engine
from core.kit.settings import Settings
from core.ledger.tables import timer
from core.store.reading import Reader, Reading
from core.store.sealing import Sealing
from scripts.first_ten_minutes import answers
from scripts.visitor import free_port
from tests.crash.child import Order, Role
from tests.crash.control import Control
from tests.crash.forge import Forge, Process
from tests.crash.platform import Platform
from tests.crash.rehearsal import START
from tests.crash.world import Desk, World
from tests.services import databases, postgres, redis_server
from tests.services.postgres import PostgresServer
from tests.services.redis_server import RedisServer

Database = Literal["sqlite", "postgres"]
ROLES: Final[dict[Database, tuple[Role, ...]]] = {"sqlite": ("run",), "postgres": ("web", "worker")}
LEASE: Final = 0.3  # seconds
PATIENCE: Final = 60.0  # seconds within which a started product has to answer and to come to rest


class Lane:
    """Worlds of one database, one after the other."""

    def __init__(self, database: Database, folder: Path, forge: Forge, lease: float = LEASE) -> None:
        self.database, self.folder, self.lease = database, folder, lease
        self.forge = forge
        self.port = free_port()
        self.key = generate_key()
        self.vault = Vault.from_settings(Settings.model_validate({"keys": self.key}))
        self.processes: dict[Role, Process] = {}
        self.controls: dict[Role, Control] = {}
        self.server: PostgresServer | None = None
        self.redis: RedisServer | None = None
        self.zone = "UTC"
        self._joined = False
        self.place, self.url = folder, ""
        self._worlds = 0
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)

    def prepare(self, desks: int) -> None:
        """The template that every world is a copy of."""
        self.files = self.folder / "template-files"
        if self.database == "sqlite":
            self.template = f"sqlite:///{self.folder}/template.db"
        else:
            self.server = postgres.start(self.folder / "pg")
            self.redis = redis_server.start(self.folder / "redis")
            databases.create_database(self.server.url(), "template_world", "template0")
            self.template = self.server.url("template_world")
        migrate.upgrade(self.template)
        self.agency = World.of(self.forge.prepare(self._told(self.template, self.files), desks))

    @contextmanager
    def world(self, *, redis: bool | None = None) -> Iterator["Lane"]:
        """A fresh copy, its processes running. ``redis``: whether they have one; None: in every other world."""
        self._worlds += 1
        self._joined = self.redis is not None and (self._worlds % 2 == 0 if redis is None else redis)
        self.zone = "UTC"
        self.place = self.folder / f"w{self._worlds}"
        self.place.mkdir()
        shutil.copytree(self.files, self.place / "files")
        for name in ("audit-anchors.jsonl", "erased-clients.jsonl"):
            with suppress(FileNotFoundError):
                shutil.copy(self.folder / name, self.place / name)
        self.url = self._copy()
        self.desks = {kind: list(desks) for kind, desks in self.agency.desks.items()}
        self.reading = Reading(reader_engine(self.url), Sealing(self.vault))
        self.controls = {role: Control(self.place / f"{role}.control") for role in ROLES[self.database]}
        self.clocks_at(START)
        with Platform(self.place / "plat.sock") as self.platform:
            try:
                self.start()
                self._wait_until_it_works()
                yield self
            finally:
                for process in self.processes.values():
                    process.kill()
                self.reading.close()
                self._drop()

    # -- processes -------------------------------------------------------------------------------------------------

    def start(self, *roles: Role) -> None:
        """These, or all of them."""
        for role in roles or ROLES[self.database]:
            self.controls[role].forget()
            order = Order(
                role=role,
                settings=self._told(self.url, self.place / "files"),
                control=str(self.controls[role].path),
                socket=str(self.platform.socket),
                log=str(self.place / "log"),
                lease=self.lease,
                zone=self.zone,
            )
            self.processes[role] = self.forge.start(order)

    def _wait_until_it_works(self) -> None:
        """The door answers, and whoever has loops has been to the database."""
        end = time.monotonic() + PATIENCE
        worker = self.controls[ROLES[self.database][-1]]
        while not (worker.counts().get("store.answered") and answers(self.port)):
            if time.monotonic() > end:
                raise TimeoutError(f"no start; see {self.place}/log")
            time.sleep(0.02)

    def clocks_at(self, moment: datetime) -> None:
        """The clocks of all processes go on from this moment."""
        for control in self.controls.values():
            control.shift(int(moment.timestamp() - time.time()))

    def now(self) -> datetime:
        return next(iter(self.controls.values())).now()

    # -- the database ----------------------------------------------------------------------------------------------

    @contextmanager
    def looking(self) -> Iterator[Reader]:
        with self.reading.open() as reader:
            yield reader

    def store(self) -> FolderStore:
        return FolderStore(self.place / "files", self.vault)

    def timer_is_due(self, desk: Desk, command: str) -> None:
        """The hour of this desk's timer is now: as if the days until then were over."""
        with self.looking() as reader:
            rows = reader.find(timer, case_id=desk.case_id, state="waiting")
        [wanted] = [row["id"] for row in rows if row["command"]["command"] == command]
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(update(timer).where(timer.c.id == wanted).values(due=self.now()))
        engine.dispose()

    def kill_postgres(self, *, whole: bool) -> None:
        """SIGKILL to the server's first process, or to one of those that serve a connection; by its own pid file."""
        assert self.server is not None
        first = int((self.server.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        if whole:
            os.kill(first, signal.SIGKILL)
            return
        for pid in _children_of(first):
            if b"template" not in (command := Path(f"/proc/{pid}/cmdline").read_bytes()) and b"[local]" in command:
                os.kill(pid, signal.SIGKILL)
                return

    def start_postgres(self) -> None:
        """Again, as a supervisor would: not before the last process of the old server is gone."""
        assert self.server is not None
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.server.start()
                return
            except RuntimeError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _copy(self) -> str:
        if self.server is None:
            shutil.copy(self.folder / "template.db", self.place / "b.db")
            return f"sqlite:///{self.place}/b.db"
        name = f"w{self._worlds}"
        databases.create_database(self.server.url(), name, "template_world")
        return self.server.url(name)

    def _drop(self) -> None:
        if self.server is not None:
            with suppress(DBAPIError):
                databases.drop_database(self.server.url(), f"w{self._worlds}")

    def _told(self, url: str, files: Path) -> dict[str, Any]:
        """The settings of a process, as an operator writes them; nothing but limits is other than usual."""
        return {
            "database_url": url,
            "files_dir": str(files),
            "keys": self.key,
            "port": self.port,
            "log": {"format": "json", "level": "warning"},
            "limits": {"check_seconds": 60, "check_processes": 1},
            "webchat": {"texts_per_minute": 10_000, "texts_at_once": 10_000, "files_in_ten_minutes": 10_000},
            "api": {"requests_per_minute": 100_000},
            **({"redis_url": self.redis.url()} if self.redis is not None and self._joined else {}),
        }


def _children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
