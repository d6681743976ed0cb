"""Both databases side by side, each in a thread of the driver, until each has its share of kills and scenarios."""

import random
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.crash.driver import Plan, Run, plans
from tests.crash.forge import Forge
from tests.crash.lane import Database, Lane
from tests.crash.results import Result, Results
from tests.crash.scenarios import LONG, SCENARIOS, play
from tests.services import run_folder

BOTH: Final[tuple[Database, ...]] = ("sqlite", "postgres")


@dataclass
class Campaign:
    """What is wanted: so many kills over all databases, and every scenario so often on each."""

    results: Results
    kills: int
    turns: int  # of every scenario
    seed: int
    databases: Sequence[Database]
    desks: int
    tell: Callable[[Result], None] = lambda result: None
    broken: list[str] = field(default_factory=list)  # what went wrong with the driver itself

    @property
    def share(self) -> int:
        """Kills of one database."""
        return -(-self.kills // len(self.databases))

    def go(self, folder: Path) -> None:
        """All of it, below this folder of a test run."""
        mine = folder / f"crash-{time.monotonic_ns()}"
        try:
            with Forge() as forge:
                lanes = [Lane(each, mine / each, forge) for each in self.databases]
                threads = [threading.Thread(target=self._lane, args=(lane,), daemon=True) for lane in lanes]
                for each in threads:
                    each.start()
                for each in threads:
                    each.join()
        finally:
            run_folder.stop_servers(mine)

    def _lane(self, lane: Lane) -> None:
        try:
            lane.prepare(self.desks)
            run = Run(lane, self.results, random.Random(f"{self.seed}-{lane.database}"))
            with run.world():
                run.rehearse()
            coming = plans(run, self.results.done(lane.database))
            for turn in range(1, self.turns + 1):
                self._scenarios(run, turn)
                self._kills(run, coming, self.share * turn // self.turns)
        except Exception:
            self.broken.append(traceback.format_exc())
            print(self.broken[-1], file=sys.stderr, flush=True)  # at once: the other lane may go on for long

    def _scenarios(self, run: Run, turn: int) -> None:
        """Each that was not played so often yet."""
        database = run.lane.database
        for name, (where, _) in SCENARIOS.items():
            played = sum(each.scenario == name and each.database == database for each in list(self.results.rounds))
            if database in where and played < (turn if name not in LONG else self.turns > 1):
                self.tell(play(run, name))

    def _kills(self, run: Run, coming: Iterator[Plan], share: int) -> None:
        plan, database = next(coming), run.lane.database
        while self.results.kills(database) < share:
            with run.world():
                while self.results.kills(database) < share:
                    if plan.kind in run.lane.desks and not run.lane.desks[plan.kind]:
                        break  # a fresh world for it
                    self.tell(run.round(plan))
                    plan = next(coming)
