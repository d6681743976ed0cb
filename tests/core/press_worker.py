"""One of several worker processes: builds its own Banli on the shared database and plays its part of every round.

Speaks JSON lines over its pipes. First line in: url, folder, keys. Then per round: version, calls; it answers what its
calls were told, after every press that waits has been worked off by somebody.
"""

import asyncio
import json
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from bot.app import Banli
from core.kit.clock import ManualClock
from core.ledger.tables import inbox
from core.store.store import Unit
from core.store.unit import UnitOfWork
from tests.core.press_rounds import call
from tests.core.small_agency import small_banli
from tests.core.stores import NOON


def main() -> None:
    start = json.loads(sys.stdin.readline())
    banli = small_banli(start["url"], Path(start["folder"]), start["keys"], ManualClock(NOON))
    banli.start()
    _say("ready")
    for line in sys.stdin:
        _say(asyncio.run(play(banli, json.loads(line))))
    banli.stop()


async def play(banli: Banli, order: dict[str, Any]) -> list[Any]:
    """Make the calls and, at the same time, compete for the presses that wait in the inbox."""
    presses = [] if order["calls_first"] else banli.receiver.submit_waiting()
    calls: list[Future[Any]] = []
    for staff_id, decision in order["calls"]:

        def work(uow: UnitOfWork, staff_id: int = staff_id, decision: str = decision) -> Any:
            return call(uow, banli.bus, order["version"], staff_id, decision)

        calls.append(banli.store.submit(Unit(work)))
    for each in presses:
        await asyncio.wrap_future(each)
    while await asyncio.to_thread(_presses_wait, banli):
        await banli.receiver.work_once()
    return [await asyncio.wrap_future(each) for each in calls]


def _presses_wait(banli: Banli) -> bool:
    with banli.reading.open() as reader:
        return reader.first(inbox, inbox.c.state == "waiting", inbox.c.attempts == 0) is not None


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
