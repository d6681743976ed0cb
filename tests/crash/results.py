"""The results file: a JSON line per round, on disk before the next one begins; a run that stopped goes on there."""

import hashlib
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final

from tests.crash.forge import ROOT

PRODUCT: Final = ("core", "bot", "adapters", "admin_api")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one round."""

    database: str
    scenario: str  # R1, R2, ...
    kind: str
    victim: str  # run, web, worker, postgres; empty: nobody was killed
    point: str
    nth: int
    kills: int
    resent: int  # deliveries that had not been acknowledged
    repeats: int  # messages that the platform took more than once
    seconds: float  # from the last start to rest
    violations: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def key(self) -> str:
        return "/".join((self.database, self.scenario, self.kind, self.victim, self.point, str(self.nth)))


class Results:
    """All rounds of this code and seed, those of earlier runs included."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path, self._lock = path, Lock()
        self._same = {"code": code(), "seed": seed}
        self._commit = commit()
        self.rounds: list[Result] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        for told in _lines(path):
            told.pop("commit", None)
            if {name: told.pop(name, None) for name in self._same} == self._same:
                self.rounds.append(Result(**told))

    def add(self, result: Result) -> None:
        with self._lock:
            self.rounds.append(result)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(
                    json.dumps({"commit": self._commit, **self._same, **asdict(result)}, ensure_ascii=False) + "\n"
                )
                file.flush()
                os.fsync(file.fileno())

    def done(self, database: str) -> Counter[str]:
        """How often each round of this database was tried."""
        return Counter(each.key for each in list(self.rounds) if each.database == database)

    def kills(self, database: str | None = None) -> int:
        return sum(each.kills for each in list(self.rounds) if database in (None, each.database))

    @property
    def violated(self) -> list[Result]:
        return [each for each in list(self.rounds) if each.violations]


def commit() -> str:
    """Of the tree that is tried; with a + when it has changes."""
    return _git("describe", "--always", "--abbrev=12", "--dirty=+") or "unknown"


def code() -> str:
    """Which product is tried: the same as long as its own folders are, whatever else was committed meanwhile."""
    trees = _git("rev-parse", *(f"HEAD:{room}" for room in PRODUCT))
    changes = _git("diff", "HEAD", "--", *PRODUCT)
    return hashlib.sha256(f"{trees}\n{changes}".encode()).hexdigest()[:12]


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """A last line that is half written is left out: the run was killed there."""
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue
