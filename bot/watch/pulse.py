"""The pulse: tells the other processes, every few seconds, that this one lives and how its loops are."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog

from core.kit.bell import Bell, keep_working
from core.ledger import processes
from core.ledger.processes import Me
from core.store.store import Store, Unit

PULSE_SECONDS: Final = 5.0

log = structlog.get_logger(__name__)


class Pulse:
    """Goes through the process's own writer: a writer that is stuck is no sign of life."""

    def __init__(self, store: Store, me: Me, ages: Callable[[], dict[str, float]]) -> None:
        """``ages``: seconds since the last sign of life of every loop of this process."""
        self._store = store
        self._me = me
        self._ages = ages

    async def run(self) -> None:
        """Beat until cancelled."""
        await keep_working(Bell(), self.work_once, PULSE_SECONDS, "pulse")

    async def work_once(self) -> int:
        """One beat, before everything else that waits. Returns 0: the next one is in some seconds."""
        unit = Unit(partial(processes.beat, me=self._me, loops=self._ages()), first=True, name="beat")
        await asyncio.wrap_future(self._store.submit(unit))
        return 0

    def leave(self) -> None:
        """The process ends as it should; where the database does not answer, its row is swept a day later."""
        try:
            self._store.run(partial(processes.leave, me=self._me))
        except Exception as failed:  # nothing may keep a process from ending
            log.warning("not_taken_leave", error=type(failed).__name__)
