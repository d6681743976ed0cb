"""Access tokens that a platform gives a whole account (WeCom, DingTalk): fetched once for everybody who asks.

Such platforms limit how often a token is fetched, and some end the old one with the new. So whoever sends asks here.
"""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

EARLY: Final = 0.1  # of its life before a token ends it is renewed, but not
EARLIEST: Final = 300.0  # seconds before


@dataclass(frozen=True, slots=True)
class Token:
    """What a platform gave, and for how many seconds from now it is good."""

    value: str = field(repr=False)
    seconds: float

    @property
    def spent(self) -> float:
        """In how many seconds it is renewed: before it ends, so that nobody is on the way with it then."""
        return self.seconds - min(EARLIEST, self.seconds * EARLY)


Fetch = Callable[[], Awaitable[Token]]


class Tokens(Protocol):
    """`name` is one token of one account, such as `wecom:main:kf`."""

    async def get(self, name: str, fetch: Fetch) -> str:
        """The token, fetched when there is none that is good. Raises what ``fetch`` raises, for all who waited."""
        ...

    async def forget(self, name: str, token: str) -> None:
        """The platform calls this token invalid. One that has taken its place meanwhile stays."""
        ...


class OwnTokens:
    """Implements `Tokens` for one process. To be used in one event loop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[str, tuple[str, float]] = {}  # the token, and when it is renewed
        self._fetching: dict[str, asyncio.Task[str]] = {}

    async def get(self, name: str, fetch: Fetch) -> str:
        kept = self._kept.get(name)
        if kept is not None and self._now() < kept[1]:
            return kept[0]
        fetching = self._fetching.get(name)
        if fetching is None:
            fetching = self._fetching[name] = asyncio.create_task(self._fetch(name, fetch))
            fetching.add_done_callback(lambda _: self._fetching.pop(name))
        return await asyncio.shield(fetching)  # one who gives up waiting does not end it for the others

    async def forget(self, name: str, token: str) -> None:
        self.drop(name, token)

    def drop(self, name: str, token: str) -> bool:
        """As `forget`. Whether it was this one."""
        kept = self._kept.get(name)
        if kept is None or not same(kept[0], token):
            return False
        del self._kept[name]
        return True

    async def _fetch(self, name: str, fetch: Fetch) -> str:
        asked = self._now()
        token = await fetch()
        self._kept[name] = token.value, asked + token.spent
        return token.value


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
