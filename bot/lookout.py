"""The lookout: has the admins told what piles up, what was parked, and which year no calendar knows, before a client
asks why nothing came."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog

from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.commands.office import ReportCalendars
from core.commands.queues import ReportQueues
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.ids import new_id
from core.ledger.share import Place
from core.store.reading import Reading
from core.store.store import Store
from core.views.calendars import unconfirmed
from core.views.queues import AGE_LIMIT, overdue, parked

LOOK_SECONDS: Final = 60.0
AGAIN_SECONDS: Final = 3600.0  # before the same is reported once more; what is told, and when, its handler decides

log = structlog.get_logger(__name__)


class Lookout:
    """One of the processes does this; two at once would tell nobody twice."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        bus: Bus,
        clock: Clock,
        place: Place | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._reading = reading
        self._bus = bus
        self._clock = clock
        self._place = place or Place()
        self._now = now
        self._reported: dict[str, float] = {}
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self._round, LOOK_SECONDS, "lookout")

    async def _round(self) -> int:
        await self.work_once()
        return 0

    async def work_once(self) -> int:
        """One look. Returns how many things were reported."""
        return await asyncio.to_thread(self._look) if self._place.share.leads else 0

    def _look(self) -> int:
        with self._reading.open() as reader:
            now, tools = self._clock.now(), self._bus.wiring.tools
            late, dead = overdue(reader, now - AGE_LIMIT), parked(reader)
            asks = self._is_time("calendars")  # one look through the open cases
            years = unconfirmed(reader, tools["catalogue"], tools["calendars"], now) if asks else []
        reports: list[Command] = []
        if late and self._is_time("late"):
            reports.append(ReportQueues(late=tuple(late)))
        if dead and self._is_time("parked"):
            reports.append(ReportQueues(parked=dead))
        for report in reports:
            log.warning("queues_in_trouble", **report.model_dump(exclude_defaults=True))
        if years:
            log.warning("calendars_unconfirmed", years=[f"{name} {year}" for name, year in years])
            reports.append(ReportCalendars(missing=tuple(years)))
        for report in reports:
            self._store.run(partial(self._bus.attempt, command=report, cause=Cause(SYSTEM, "timer", new_id())))
        return len(reports)

    def _is_time(self, what: str) -> bool:
        now, before = self._now(), self._reported.get(what)
        if before is not None and now - before < AGAIN_SECONDS:
            return False
        self._reported[what] = now
        return True
