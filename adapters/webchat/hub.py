"""Wakes the pages that look at a chat. A missed ring costs latency only: every page looks by itself now and then."""

import asyncio
from collections import defaultdict


class Hub:
    """Rings from any thread; waits in the event loop."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], set[asyncio.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False

    def close(self) -> None:
        """The process ends: whoever waits here goes home, so that no stream holds it back."""
        self.closed = True
        for account, visitor in list(self._waiting):
            self.ring(account, visitor)

    def ring(self, account: str, visitor: str) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._ring, account, visitor)

    def _ring(self, account: str, visitor: str) -> None:
        for event in self._waiting.get((account, visitor), ()):
            event.set()

    async def wait(self, account: str, visitor: str, seconds: float) -> None:
        """Until the next ring, at most so long."""
        self._loop = asyncio.get_running_loop()
        event, key = asyncio.Event(), (account, visitor)
        self._waiting[key].add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._waiting[key].discard(event)
            if not self._waiting[key]:
                del self._waiting[key]
