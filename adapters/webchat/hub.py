"""Wakes the pages that look at a chat. A missed ring costs latency only: every page looks by itself now and then."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class _Page:
    """Somebody who waits, and whether he was told that an answer is coming."""

    event: asyncio.Event = field(default_factory=asyncio.Event)
    typing: bool = False


class Hub:
    """Rings from any thread; waits in the event loop."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], set[_Page]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False

    def close(self) -> None:
        """The process ends: whoever waits here goes home, so that no stream holds it back."""
        self.closed = True
        for account, visitor in list(self._waiting):
            self.ring(account, visitor)

    def ring(self, account: str, visitor: str) -> None:
        """Something is new in this chat."""
        self._soon(account, visitor, typing=False)

    def sign(self, account: str, visitor: str) -> None:
        """An answer is coming in this chat."""
        self._soon(account, visitor, typing=True)

    def _soon(self, account: str, visitor: str, *, typing: bool) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake, account, visitor, typing)

    def _wake(self, account: str, visitor: str, typing: bool) -> None:
        for page in self._waiting.get((account, visitor), ()):
            page.typing |= typing
            page.event.set()

    async def wait(self, account: str, visitor: str, seconds: float) -> bool:
        """Until somebody wakes this chat, at most so long. True when an answer is coming."""
        self._loop = asyncio.get_running_loop()
        page, key = _Page(), (account, visitor)
        self._waiting[key].add(page)
        try:
            await asyncio.wait_for(page.event.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting[key].discard(page)
            if not self._waiting[key]:
                del self._waiting[key]
        return page.typing
