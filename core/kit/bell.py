"""A bell that any thread may ring and one loop waits for. A missed ring costs latency only."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

BEAT_SECONDS = 10.0  # a loop that waits shows this often that it is alive
ERROR_PAUSE_SECONDS = 1.0  # after a round that failed (a database that is down), before the next one


class Bell:
    """Rung by whoever made work, waited for by whoever does it."""

    def __init__(self) -> None:
        self._rung = False
        self._event: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.beaten: float | None = None  # monotonic seconds of the last sign of life; None before the first

    def beat(self) -> None:
        """The loop is alive: said after every round, while it waits, and between the steps of a long round."""
        self.beaten = time.monotonic()

    def ring(self) -> None:
        self._rung = True
        loop, event = self._loop, self._event
        if loop is not None and event is not None and not loop.is_closed():
            loop.call_soon_threadsafe(event.set)

    async def wait(self, seconds: float) -> bool:
        """Until it rings, at most so long; a ring since the last wait counts. Whether it rang."""
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        if not self._rung:
            with contextlib.suppress(TimeoutError):  # not wait_for: it loses a cancellation that comes with the ring
                async with asyncio.timeout(seconds):
                    await self._event.wait()
        rung, self._rung = self._rung, False
        return rung


async def keep_working(
    bell: Bell, work_once: Callable[[], Awaitable[int]], look_seconds: float | Callable[[], float], name: str
) -> None:
    """Work until cancelled: a round after every ring, and every `look_seconds` without one.

    The bell's heartbeat goes on for as long as rounds end, also when they fail: a round that hangs ends it.

    A round that fails is logged and tried again: what it did not settle still waits in its ledger.
    """
    while True:
        bell.beat()
        try:
            done = await work_once()
        except Exception as error:
            log.error("round_failed", loop=name, error=type(error).__name__, exc_info=error)
            await asyncio.sleep(ERROR_PAUSE_SECONDS)
            continue
        if not done:
            await _rest(bell, look_seconds() if callable(look_seconds) else look_seconds)


async def _rest(bell: Bell, seconds: float) -> None:
    """Wait for the bell, at most so long, and beat meanwhile."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        bell.beat()
        if await bell.wait(min(left, BEAT_SECONDS)):
            return
