"""One process of the product on a loaded house, told on its standard input what to do, telling in JSON how it was.

`soak`: memory, open files and tasks at the start, under load and after so many messages. `work`: the loops, until told.
"""

import asyncio
import contextlib
import gc
import json
import logging
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from benchmarks.agency import ACCOUNT, Silent
from benchmarks.clerk import CHANNEL
from bot.app import LOOPS, Banli, build
from core.channel.inbound import Address, InboundMessage, Update
from core.kit.clock import ManualClock
from core.kit.memory import calm_collector, one_heap
from core.kit.settings import Settings
from core.ledger import inbox
from core.store.store import Unit

AT_ONCE: Final = 200  # messages that are handed in together
MIB: Final = 1024 * 1024


def main() -> int:
    """What is to be done comes as one line of JSON."""
    one_heap()
    told = json.loads(sys.stdin.readline())
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    settings = Settings.model_validate(
        {"database_url": told["url"], "files_dir": Path(told["folder"]) / "files", "keys": told["key"]}
    )
    stands = told["do"] == "soak"  # a clock that stands lets nothing come between
    clock = ManualClock(datetime.fromisoformat(told["now"])) if stands else Since(told["ahead"])
    banli = build(settings, clock=clock, kind="worker")
    banli.add(Silent(account=ACCOUNT))
    with banli.reading.open() as reader:
        banli.catalogue.warm(reader)
    calm_collector()
    banli.start()
    try:
        asyncio.run(_soak(banli, told) if stands else _work(banli))
    finally:
        banli.stop()
    return 0


class Since:
    """The machine's clock, put back to when the house was loaded: what has come due since then is not what is asked."""

    def __init__(self, ahead: float) -> None:
        self._ahead = timedelta(seconds=ahead)

    def now(self) -> datetime:
        return datetime.now(UTC) - self._ahead


async def _work(banli: Banli) -> None:
    """The loops, until the standard input ends."""
    working = asyncio.create_task(banli.run(*LOOPS))
    _tell({"ready": True})
    await asyncio.to_thread(sys.stdin.read)
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _soak(banli: Banli, told: dict[str, Any]) -> None:
    _tell({"at": "start", **_held()})
    warm = -(-told["warm"] // AT_ONCE) * AT_ONCE
    count, started = told["messages"], time.perf_counter()
    for first in range(0, warm + count, AT_ONCE):
        if first == warm:
            gc.collect()
            _tell({"at": "warm", **_held()})
        for n in range(first, first + AT_ONCE):
            banli.store.submit(message(n, told["cases"]))
        await asyncio.to_thread(banli.store.run, lambda _: None)
        while await banli.receiver.work_once() or await banli.sender.work_once():
            pass
    under = _held()
    gc.collect()
    seconds = time.perf_counter() - started
    _tell({"at": "end", **_held(), "under": under["rss"], "rate": (warm + count) / seconds})


def message(n: int, cases: int) -> Unit:
    """The n-th message, of one client after the other, as a webhook would hand it in."""
    chat, words = f"c{n * 7919 % cases}", ("进度", "材料", "帮助")[n % 3]
    address = Address(channel=CHANNEL, account=ACCOUNT, chat=chat)
    said = InboundMessage(address=address, sender=chat, text=words)
    update = Update(
        channel=CHANNEL, account=ACCOUNT, platform_id=f"soak-{os.getpid()}-{n}", conversation=address.key,
        raw=said.model_dump_json().encode(),
    )  # fmt: skip
    return Unit(lambda uow: inbox.append(uow, update), first=True, name="append")


def _held() -> dict[str, float]:
    """MiB, open files and tasks of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return {
        "rss": pages * os.sysconf("SC_PAGE_SIZE") / MIB,
        "files": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "tasks": len(asyncio.all_tasks()),
    }


def _tell(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    sys.exit(main())
