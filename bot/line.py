"""One connection that this process keeps to a platform: made again whenever it ends, given up when it is silent."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from core.channel.inbound import Update
from core.channel.port import Connected, ConnectFailed
from core.kit.errors import Busy
from core.kit.log import describe_error
from core.kit.watch import Watches
from core.ledger import inbox
from core.store.store import Store

FIRST_PAUSE: Final = 1.0  # seconds before a connection that ended is made again; doubled each time, less up to a half
LONGEST_PAUSE: Final = 60.0
LONGEST_ASKED: Final = 600.0  # a platform that asks us to wait longer is asked again all the same
HEALTHY: Final = 60.0  # after so long the next pause is the first one again
SILENCE: Final = 90.0  # so long may a connection be without a sign of life, from its beginning on

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waits:
    """How a line waits; tests give other hands."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    silence: float = SILENCE


class KeptLine:
    """Makes the connection of one channel account again and again. Runs only where this process has its lock."""

    def __init__(self, name: str, channel: Connected, store: Store, watches: Watches, waits: Waits) -> None:
        self._name = name
        self._channel = channel
        self._store = store
        self._watches = watches
        self._waits = waits
        self._failures = 0  # one after the other
        self._up_since: float | None = None
        self._down_since = waits.now()

    @property
    def is_up(self) -> bool:
        return self._up_since is not None

    @property
    def down(self) -> float:
        """For how many seconds there has been no connection; 0 while there is one."""
        return 0.0 if self.is_up else self._waits.now() - self._down_since

    async def keep(self) -> None:
        """Until cancelled; then the connection is closed."""
        while True:
            asked = await self._once()
            pause = max(min(asked, LONGEST_ASKED), self._pause())
            log.info("connects_again", connection=self._name, seconds=round(pause, 1))
            await self._waits.pause(pause)

    def came_up(self) -> None:
        """The platform has answered."""
        if not self.is_up:
            self._up_since = self._waits.now()
            log.info("connection_up", connection=self._name)

    async def _once(self) -> float:
        """One connection from its beginning to its end. Returns for how many seconds the platform asks us to wait."""
        line, asked = OneLine(self, self._store, self._waits.silence), 0.0
        try:
            async with line.limit:
                await self._channel.connect(line)
            log.info("connection_ended", connection=self._name)
        except (ConnectFailed, Busy, TimeoutError) as failed:
            reason = "silent" if line.limit.expired() else describe_error(failed)
            log.warning("connection_lost", connection=self._name, reason=reason)
            asked = getattr(failed, "retry_after", None) or 0.0
        except Exception as error:  # whatever a platform does to its adapter, the next connection may be well
            log.error("connection_broke", connection=self._name, error=type(error).__name__, exc_info=error)
        finally:
            line.is_over = True
            self._went_down()
        return asked

    def _went_down(self) -> None:
        now = self._waits.now()
        if self._up_since is None:
            self._failures += 1
            return
        self._failures = 1 if now - self._up_since >= HEALTHY else self._failures + 1
        self._up_since, self._down_since = None, now
        self._watches.counted([("connection_lost", self._channel.name)])

    def _pause(self) -> float:
        """Many processes that lost one platform together do not come back together."""
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10))
        return longest * (1 - self._waits.chance() / 2)


class OneLine:
    """Implements `core.channel.port.Line` for one connection; when that is over it says nothing more of it."""

    def __init__(self, kept: KeptLine, store: Store, silence: float) -> None:
        self._kept = kept
        self._store = store
        self._silence = silence
        self.limit = asyncio.timeout(silence)
        self.is_over = False

    def alive(self) -> None:
        if self.is_over or self.limit.expired():
            return
        self.limit.reschedule(asyncio.get_running_loop().time() + self._silence)
        self._kept.came_up()

    async def receive(self, update: Update) -> None:
        await inbox.keep(self._store, update)
