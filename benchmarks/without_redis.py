"""Redis stops for some seconds while people speak to several processes: what is lost, and how much later answers come.

`python -m benchmarks.without_redis` starts a door, two workers, PostgreSQL and Redis, and lets people speak and look
at their pages: with Redis, without it, and again with it, in one run.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.waits import Wait
from tests.rolling.house import House
from tests.services import postgres, redis_server, schema

PHASES: Final = ("with Redis", "without", "with it again")
PAUSE: Final = 0.5  # seconds between an answer and the next message
GIVES_UP: Final = 30.0  # seconds without an answer
LATER: Final = 1.5  # seconds that the 95th percentile may grow by


class Visitor(threading.Thread):
    """Speaks, looks at his page's stream until the answer stands there, and speaks again."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._base = f"http://127.0.0.1:{port}/chat/me/api/"
        self._http = httpx.Client(base_url=self._base, timeout=GIVES_UP, trust_env=False)
        self._end = threading.Event()
        self.phase = PHASES[0]
        self.waits: list[tuple[str, float]] = []
        self.lost = 0

    def run(self) -> None:
        with self._http:
            self._http.post("session", json={}).raise_for_status()
            with self._http.stream("GET", "events") as stream:
                lines = stream.iter_lines()
                self._until_answered(lines)  # the greeting
                number = 0
                while not self._end.wait(PAUSE):
                    number += 1
                    said, phase = f"{self.name}-{number}", self.phase
                    began = time.perf_counter()
                    self._http.post("messages", json={"id": said, "text": "menu"}).raise_for_status()
                    if self._until_answered(lines):
                        self.waits.append((phase, time.perf_counter() - began))
                    else:
                        self.lost += 1

    def ends(self) -> None:
        self._end.set()
        self.join()

    def _until_answered(self, lines: Iterator[str]) -> bool:
        """Whether a message that is not his own came. The stream tells his own, too."""
        for line in lines:
            if line.startswith("data: ") and len(line) > len("data: {}"):
                told: dict[str, Any] = json.loads(line.removeprefix("data: "))
                if told.get("from") != "me":
                    return True
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table. Returns 1 when a promise is not kept."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.without_redis", description=__doc__)
    asked.add_argument("--seconds", type=float, default=10.0, help="of each of the three phases")
    asked.add_argument("--visitors", type=int, default=6)
    given = asked.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="banli-redis-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else where this is run as root
        database, redis = postgres.start(folder / "postgres", durable=True), redis_server.start(folder / "redis")
        house = House(database.url(), redis.url(), folder)
        try:
            schema.install(house.database)
            for kind in ("web", "worker", "worker"):
                house.opens(kind)
            return report(speak(house, redis, given.visitors, given.seconds))
        finally:
            house.ends()
            redis.stop()
            database.stop()


def speak(house: House, redis: redis_server.RedisServer, number: int, seconds: float) -> list[Visitor]:
    """The three phases; comes back when everybody has his last answer."""
    visitors = [Visitor(house.ports[0], f"visitor{index}") for index in range(number)]
    for each in visitors:
        each.start()
    for phase in PHASES:
        if phase == PHASES[1]:
            redis.stop()
        if phase == PHASES[2]:
            redis.start()
        for each in visitors:
            each.phase = phase
        time.sleep(seconds)
    for each in visitors:
        each.ends()
    return visitors


def report(visitors: Sequence[Visitor]) -> int:
    said = [wait for each in visitors for wait in each.waits]
    waits = {name: Wait(name, 0, tuple(seconds for phase, seconds in said if phase == name)) for name in PHASES}
    lost = sum(each.lost for each in visitors)
    print("| until the answer stands on the page | messages | p50 s | p95 s | longest s |\n|---|---:|---:|---:|---:|")
    for name, found in waits.items():
        p50, p95, most = (found.percentile(share) for share in (0.5, 0.95, 1.0))
        print(f"| {name} | {len(found.seconds)} | {p50:.2f} | {p95:.2f} | {most:.2f} |")
    later = waits[PHASES[1]].percentile(0.95) - waits[PHASES[0]].percentile(0.95)
    print(f"\nlost: {lost}; the 95th percentile is {later:.2f} s later without Redis (at most {LATER})")
    return 0 if lost == 0 and later <= LATER else 1


if __name__ == "__main__":
    sys.exit(main())
