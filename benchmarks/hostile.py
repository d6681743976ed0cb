"""Hostile load: a client that floods, a burst that waited, a large job, a Redis that stops: what the others notice.

`python -m benchmarks.hostile` measures each beside the same work without it, in the same run, and prints the ratios.
"""

import argparse
import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import structlog

from benchmarks.agency import ACCOUNT, Agency, open_with, prepare
from benchmarks.clerk import CHANNEL, Desk
from benchmarks.places import Place, open_places
from benchmarks.waits import Timed, Wait, arriving, running
from bot.app import Banli
from core.bus.deed import SYSTEM, Cause
from core.channel.inbound import Address, InboundMessage, Update
from core.commands.people import RegisterClient
from core.kit import migrate
from core.kit.clock import SystemClock
from core.kit.ids import new_id
from core.kit.memory import calm_collector
from core.ledger import inbox
from core.store.store import Unit
from core.store.unit import UnitOfWork
from tests.services.databases import KINDS

CLIENTS: Final = 51  # fifty who work, and one who floods
STEADY: Final = 10.0  # messages a second of the fifty
AT_ONCE: Final = 5000  # deliveries that the store is handed before the next ones
IN_A_UNIT: Final = 20  # rows that a large job writes before it lets others go first
MIB: Final = 1024 * 1024
TWICE, DRAIN, MORE_MEMORY = 2.0, 0.8, 100.0  # the bars: times, share of the steady rate, MiB


@dataclass(frozen=True, slots=True)
class Row:
    """What was seen without and with, what is promised, and whether it is kept."""

    what: str
    without: str
    with_it: str
    told: str
    kept: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table. Returns 1 when a promise is not kept."""
    options = _options(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    calm_collector()
    rows: list[Row] = []
    with open_places() as places:
        place = places[options.database]
        with place.database() as url:
            migrate.upgrade(url)
            agency = prepare(url, place.folder, CLIENTS, SystemClock())
            rows += [flood(place, agency, options.draws, options.seconds, options.flood)]
            rows += burst(place, agency, options.burst)
            rows += [job(place, agency, options.draws, options.seconds, options.job)]
    print(f"\n{options.database}\n\n| what | without | with | promise | kept |\n|---|---:|---:|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.without} | {row.with_it} | {row.told} | {'yes' if row.kept else 'NO'} |")
    return 0 if all(row.kept for row in rows) else 1


def flood(place: Place, agency: Agency, draws: int, seconds: float, count: int) -> Row:
    """Fifty clients at a steady rate, alone, then while another one has sent ``count`` messages at once."""

    def measured(first: int) -> float:
        with place.database(agency.url) as url, closing(_open(agency, url)) as house:
            return asyncio.run(house.steady(seconds, lambda: house.queue(agency.desks[-1], first)))

    return _twice(f"p95 until the first sign, one of 51 sends {count:,}", draws, measured, count)


def burst(place: Place, agency: Agency, count: int) -> list[Row]:
    """The rate at which ``count`` waiting messages are answered, against a tenth of them, and the memory meanwhile."""
    found = []
    for size in (count // 10, count):
        with place.database(agency.url) as url, closing(_open(agency, url)) as house:
            found.append(asyncio.run(house.drain(agency.desks[:-1], size)))
    (steady, _), (rate, memory) = found
    return [
        Row(
            f"messages a second, {count:,} waited",
            f"{steady:,.0f}",
            f"{rate:,.0f}",
            f"at least {DRAIN} of it",
            rate >= DRAIN * steady,
        ),
        Row("more memory meanwhile, MiB", "", f"{memory:.0f}", f"at most {MORE_MEMORY:.0f}", memory <= MORE_MEMORY),
    ]


def job(place: Place, agency: Agency, draws: int, seconds: float, rows: int) -> Row:
    """The 99th percentile of taking a message in, alone, then while ``rows`` clients are registered."""

    def measured(size: int) -> float:
        with place.database(agency.url) as url, closing(_open(agency, url)) as house:
            return asyncio.run(house.acknowledged(agency.desks[:-1], seconds, size))

    return _twice(f"p99 of taking a message in, a job of {rows:,} rows", draws, measured, rows)


class House:
    """The product, with all its loops, on a copy of the agency."""

    def __init__(self, agency: Agency, banli: Banli, channel: Timed) -> None:
        self.agency = agency
        self._banli = banli
        self._channel = channel
        self._numbers = iter(range(10**9))
        banli.start()

    def close(self) -> None:
        self._banli.stop()

    async def steady(self, seconds: float, begin: Callable[[], None]) -> float:
        """p95 of the first signs of all clients but the last, at STEADY messages a second."""
        begin()
        await arriving(self._banli, self._channel, self.agency.desks[:-1], seconds, STEADY)
        return Wait("first sign", 0, tuple(self._channel.signs)).percentile(0.95)

    def queue(self, desk: Desk, count: int) -> None:
        """So many messages of one client are in the inbox."""
        self._arrive([desk], count)

    async def drain(self, desks: Sequence[Desk], count: int) -> tuple[float, float]:
        """Messages a second until ``count`` that waited are answered; MiB that the process grew by meanwhile."""
        self._arrive(desks, count)
        before, most, started = _memory(), 0.0, time.perf_counter()
        async with running(self._banli):
            while self._waits():
                await asyncio.sleep(0.2)
                most = max(most, _memory() - before)
        return count / (time.perf_counter() - started), most

    async def acknowledged(self, desks: Sequence[Desk], seconds: float, rows: int) -> float:
        """p99 of the seconds from handing a message in to its commit, while a job of so many rows runs."""
        taken: list[float] = []
        worker = threading.Thread(target=self._register, args=(rows,))
        async with running(self._banli):
            worker.start()
            started, number = time.perf_counter(), 0
            while worker.is_alive() or time.perf_counter() - started < seconds:
                begun = time.perf_counter()
                await asyncio.wrap_future(self._banli.store.submit(self._post(desks[number % len(desks)])))
                taken.append(time.perf_counter() - begun)
                number += 1
                await asyncio.sleep(max(0.0, started + number / STEADY - time.perf_counter()))
            worker.join()
        return Wait("taken in", 0, tuple(taken)).percentile(0.99)

    def _register(self, rows: int) -> None:
        for first in range(0, rows, IN_A_UNIT):
            self._banli.store.run(partial(self._some, first=first), timeout=600)

    def _some(self, uow: UnitOfWork, first: int) -> None:
        for number in range(first, first + IN_A_UNIT):
            command = RegisterClient(name=f"客户{number}", phone=f"139{number:08}")
            self._banli.bus.execute(uow, command, Cause(actor=SYSTEM, door="cli", correlation=new_id()))

    def _arrive(self, desks: Sequence[Desk], count: int) -> None:
        """So many messages, of these clients in turn; all are in the inbox when this returns."""
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(count, start + AT_ONCE))
            taken = [self._banli.store.submit(self._post(desks[number % len(desks)])) for number in numbers]
            for each in taken:
                each.result(timeout=600)

    def _waits(self) -> int:
        with self._banli.reading.open() as reader:
            return len(inbox.waiting(reader, self._banli.clock.now(), 1))

    def _post(self, desk: Desk) -> Unit:
        address = Address(channel=CHANNEL, account=ACCOUNT, chat=desk.chat)
        said = InboundMessage(address=address, sender=desk.chat, text="进度")
        update = Update(
            channel=CHANNEL,
            account=ACCOUNT,
            platform_id=f"hostile-{next(self._numbers)}",
            conversation=address.key,
            raw=said.model_dump_json().encode(),
        )
        return Unit(lambda uow: inbox.append(uow, update), first=True, name="append")


def _open(agency: Agency, url: str) -> House:
    channel = Timed(account=ACCOUNT)
    return House(agency, open_with(channel, url, agency.folder, agency.key, SystemClock()), channel)


def _memory() -> float:
    """MiB that this process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB


def _twice(what: str, draws: int, measured: Callable[[int], float], much: int) -> Row:
    """Without and with, in turns, as a percentile of one short draw is a handful of waits. Told are the medians."""
    without, with_it = zip(*((measured(0), measured(much)) for _ in range(draws)), strict=True)
    ratio = median(with_it) / median(without)
    told = f"at most {TWICE:.0f} times ({ratio:.2f})"
    return Row(what, _spread(without), _spread(with_it), told, ratio <= TWICE)


def _spread(found: Sequence[float]) -> str:
    return f"{median(found):.3f} s ({min(found):.3f} to {max(found):.3f})"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each draw at a steady rate")
    parser.add_argument("--draws", type=int, default=5, help="of what is compared with itself alone")
    parser.add_argument("--flood", type=int, default=10_000, help="of one client at once: enough for a run")
    parser.add_argument("--burst", type=int, default=20_000, help="messages that wait at the start")
    parser.add_argument("--job", type=int, default=10_000, help="rows of the large job")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
