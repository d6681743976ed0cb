"""A bell that any thread may ring and one loop waits for. A missed ring costs latency only."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

ERROR_PAUSE_SECONDS = 1.0  # after a round that failed (a database that is down), before the next one


class Bell:
    """Rung by whoever made work, waited for by whoever does it."""

    def __init__(self) -> None:
        self._rung = False
        self._event: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def ring(self) -> None:
        self._rung = True
        loop, event = self._loop, self._event
        if loop is not None and event is not None and not loop.is_closed():
            loop.call_soon_threadsafe(event.set)

    async def wait(self, seconds: float) -> None:
        """Until it rings, at most so long; a ring since the last wait counts."""
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        if not self._rung:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._event.wait(), seconds)
        self._rung = False


async def keep_working(bell: Bell, work_once: Callable[[], Awaitable[int]], look_seconds: float, name: str) -> None:
    """Work until cancelled: a round after every ring, and every `look_seconds` without one.

    A round that fails is logged and tried again: what it did not settle still waits in its ledger.
    """
    while True:
        try:
            done = await work_once()
        except Exception as error:
            log.error("round_failed", loop=name, error=type(error).__name__, exc_info=error)
            await asyncio.sleep(ERROR_PAUSE_SECONDS)
            continue
        if not done:
            await bell.wait(look_seconds)
