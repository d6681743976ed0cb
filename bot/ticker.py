"""The ticker: commands whose hour has come join the queue of their case."""

import asyncio
import contextlib

import structlog

from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.commands.command import from_json
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.errors import Busy
from core.kit.fail_points import reach
from core.kit.log import bound, describe_error
from core.kit.watch import Watches
from core.ledger import timers
from core.ledger.share import Place
from core.store.locks import case_key
from core.store.reading import Reading
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork

BATCH = 200
POLL_SECONDS = 1.0  # how exactly a timer fires

log = structlog.get_logger(__name__)


class Ticker:
    """Fires due timers. A timer whose command is refused has fired all the same: the truth has moved on."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        bus: Bus,
        clock: Clock,
        watches: Watches | None = None,
        place: Place | None = None,
    ) -> None:
        self._store = store
        self._reading = reading
        self._bus = bus
        self._clock = clock
        self._watches = watches or Watches()
        self._place = place or Place()
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self.work_once, POLL_SECONDS, "ticker")

    async def work_once(self) -> int:
        """Fire what is due now. Returns how many timers were tried."""
        due = await asyncio.to_thread(self._due)
        if due:
            reach("ticker.due")
        return sum(await asyncio.gather(*(self._fire_one(timer_id, case_id) for timer_id, case_id in due)))

    def _due(self) -> list[tuple[int, int | None]]:
        with self._reading.open() as reader:
            return timers.due(reader, self._clock.now(), BATCH, self._place.share)

    async def _fire_one(self, timer_id: int, case_id: int | None) -> int:
        keys = frozenset() if case_id is None else frozenset({case_key(case_id)})
        try:
            unit = Unit(lambda uow: self.fire(uow, timer_id), keys, name="timer")
            with self._watches.timed("timer", "timer", timer_id, begins=True):
                await asyncio.wrap_future(self._store.submit(unit))
            reach("ticker.fired")
        except Busy:
            return 0  # it still waits
        except Exception as error:  # a timer that fails is pushed ahead, and parked after some attempts
            log.error("timer_failed", timer=timer_id, exc_info=error)
            words = describe_error(error)
            unit = Unit(lambda uow: timers.failed(uow, timer_id, words), name="push timer ahead")
            with contextlib.suppress(Busy):
                await asyncio.wrap_future(self._store.submit(unit))
        return 1

    def fire(self, uow: UnitOfWork, timer_id: int) -> None:
        """Settle the timer and carry out its command, in one unit."""
        row = timers.take(uow, timer_id)
        if row is None:
            return
        cause = Cause(actor=SYSTEM, door="timer", correlation=timer_id)
        with bound(timer=timer_id, case=row["case_id"]):
            _, refusal = self._bus.attempt(uow, from_json(row["command"]), cause)
            if refusal is not None:
                log.info("timer_refused", code=refusal.code)
