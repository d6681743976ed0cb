"""Runs of the machine: worlds prepared once per process, a fresh copy for every run, what was seen added up."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Literal
from uuid import uuid4

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from bot.app import Banli
from tests.model.host import Host
from tests.model.inline import Death
from tests.model.machine import Machine
from tests.model.play import Play
from tests.model.world import Prepared, fresh_play, prepare
from tests.services import schema
from tests.services.databases import Databases, address, create_database, drop_database, server_url

World = Literal["small", "visas", "postgres"]
WORLDS: Final[tuple[World, ...]] = ("small", "visas", "postgres")
RAM: Final = Path("/dev/shm")
STEPS: Final = 50
Spoil = Callable[[Banli], None]


@dataclass
class Worlds:
    """Prepared databases of this process; those of SQLite lie in memory."""

    databases: Databases | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _known: dict[World, Prepared] = field(default_factory=dict)
    _folder: Path = field(init=False)

    def __enter__(self) -> "Worlds":
        folder = tempfile.TemporaryDirectory(prefix="banli-model-", dir=RAM if RAM.is_dir() else None)
        self._folder = Path(self._stack.enter_context(folder))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _prepared(self, world: World) -> Prepared:
        if world not in self._known:
            folder = self._folder / world
            folder.mkdir()
            if world == "postgres":
                databases = self.databases or Databases(self._folder, schema.install)
                url = self._stack.enter_context(databases.fresh("postgres"))
            else:
                url = f"sqlite:///{folder}/banli.db"
                schema.install(url)
            self._known[world] = prepare(url, folder, visas=world == "visas")
        return self._known[world]

    @contextmanager
    def opened(self, world: World) -> Iterator[Play]:
        """A run's own copy of this world."""
        prepared = self._prepared(world)
        copied = self._postgres_copy if world == "postgres" else self._sqlite_copy
        with copied(prepared) as url, Death() as death, fresh_play(prepared, url, death) as play:
            yield play

    @contextmanager
    def _sqlite_copy(self, prepared: Prepared) -> Iterator[str]:
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            shutil.copyfile(prepared.address.removeprefix("sqlite:///"), f"{folder}/banli.db")
            yield f"sqlite:///{folder}/banli.db"

    @contextmanager
    def _postgres_copy(self, prepared: Prepared) -> Iterator[str]:
        server, name = server_url(), f"banli_model_{uuid4().hex}"
        create_database(server, name, prepared.address.rpartition("/")[2].partition("?")[0])
        try:
            yield address(server, name)
        finally:
            drop_database(server, name)


def play_runs(
    worlds: Worlds, world: World, runs: int, seed: int, *, shrink: bool = True, spoil: Spoil | None = None
) -> Counter[str]:
    """So many runs, the same ones for the same seed. Returns what was seen in them.

    Raises Diverged with the fewest steps that lead there, which Hypothesis prints. `spoil` breaks every house that is
    opened, to see whether that is found.
    """
    tally = Counter[str]()
    opened: Callable[[], AbstractContextManager[Play]] = partial(worlds.opened, world)
    kind = type("Run", (Machine,), {"opened": staticmethod(opened), "tally": tally})
    phases = (Phase.explicit, Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    settings = hypothesis.settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    worlds._prepared(world)
    Host.spoil = (spoil,) if spoil is not None else ()
    try:
        run_state_machine_as_test(hypothesis.seed(seed)(kind), settings=settings)
    finally:
        Host.spoil = ()
    return tally
