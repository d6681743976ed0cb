"""Wakes the pages that look at a chat. A missed ring costs latency only: every page looks by itself now and then."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

LOOK_SECONDS: Final = 2.0  # how late another process's message is seen whose ring was missed
SOON_SECONDS: Final = 0.4  # the same where rings of other processes are not heard, as long as an answer may be coming
EXPECTING_SECONDS: Final = 10.0  # so long after something was shown

PassOn = Callable[[str, str], None]
"""Takes account and visitor; never blocks."""


def _nobody(account: str, visitor: str) -> None:
    """All pages are open at this process."""


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
        self._others: tuple[PassOn, PassOn] = (_nobody, _nobody)
        self._hears: Callable[[], bool] = lambda: True
        self.closed = False

    def passes_on(self, ring: PassOn, sign: PassOn) -> None:
        """Who tells other processes, where the page may be open: of what is new, and of an answer that is coming."""
        self._others = ring, sign

    def hears(self, whether: Callable[[], bool]) -> None:
        """Whether rings of the process that works are heard here; without a word of it they are."""
        self._hears = whether

    def patience(self, quiet: float) -> float:
        """How many seconds a page waits for a ring before it looks by itself; ``quiet``: since something was shown."""
        return SOON_SECONDS if quiet < EXPECTING_SECONDS and not self._hears() else LOOK_SECONDS

    def close(self) -> None:
        """The process ends: whoever waits here goes home, so that no stream holds it back."""
        self.closed = True
        for account, visitor in list(self._waiting):
            self.wake(account, visitor)

    def ring(self, account: str, visitor: str) -> None:
        """Something is new in this chat."""
        self.wake(account, visitor)
        self._others[0](account, visitor)

    def sign(self, account: str, visitor: str) -> None:
        """An answer is coming in this chat."""
        self.wake_with_sign(account, visitor)
        self._others[1](account, visitor)

    def wake(self, account: str, visitor: str) -> None:
        """The chat's pages at this process look."""
        self._soon(account, visitor, typing=False)

    def wake_with_sign(self, account: str, visitor: str) -> None:
        """The chat's pages at this process show that an answer is coming."""
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
            async with asyncio.timeout(seconds):  # not wait_for: it loses a cancellation that comes with the ring
                await page.event.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting[key].discard(page)
            if not self._waiting[key]:
                del self._waiting[key]
        return page.typing
