"""How much one visitor, and one address with all its visitors, may say and send: buckets that fill again with time.

They live in this process and are forgotten with it; several processes allow that many times more.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Self

from starlette.requests import Request

from core.kit.clock import Clock
from core.kit.errors import TooOften
from core.kit.settings import Webchat

MOST_BUCKETS: Final = 20_000  # the longest untouched is forgotten first: by then it is full again
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """``most`` at once, and as many again in ``seconds``."""

    most: float
    seconds: float

    def times(self, factor: int) -> "Allowance":
        return Allowance(self.most * factor, self.seconds)


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """For one visitor; an address may have ``visitors`` times as much, as an office or a family shares one."""

    texts: Allowance = Allowance(20, 40)  # messages and presses: one every two seconds, twenty at once
    files: Allowance = Allowance(30, 600)
    bytes: Allowance = Allowance(200 * 2**20, _DAY)
    sessions: Allowance = Allowance(6, 600)
    visitors: int = 10

    @classmethod
    def of(cls, said: Webchat) -> Self:
        """As the operator has settled it."""
        return cls(
            texts=Allowance(said.texts_at_once, 60 * said.texts_at_once / said.texts_per_minute),
            files=Allowance(said.files_in_ten_minutes, 600),
            bytes=Allowance(said.bytes_a_day, _DAY),
            sessions=Allowance(said.sessions_an_hour, 3600),
        )


class Buckets:
    """Token buckets by key; a bucket that was never touched is full. Used in the event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> level, moment

    def wait_for(self, key: str, allowance: Allowance, cost: float) -> float:
        """Seconds until ``cost`` can be taken; 0 when it can be now."""
        missing = min(cost, allowance.most) - self._level(key, allowance)
        return max(0.0, missing * allowance.seconds / allowance.most)

    def take(self, key: str, allowance: Allowance, cost: float) -> None:
        self._levels[key] = (self._level(key, allowance) - cost, self._clock.now().timestamp())
        self._levels.move_to_end(key)
        while len(self._levels) > MOST_BUCKETS:
            self._levels.popitem(last=False)

    def _level(self, key: str, allowance: Allowance) -> float:
        level, since = self._levels.get(key, (allowance.most, 0.0))
        passed = max(0.0, self._clock.now().timestamp() - since)
        return min(allowance.most, level + passed * allowance.most / allowance.seconds)


class Throttle:
    """Asked at every door of the page, before anything is read or kept."""

    def __init__(self, limits: ChatLimits | None, clock: Clock) -> None:
        """``limits`` None: nothing is limited, as in the demo, which only this machine can reach."""
        self._limits = limits
        self._buckets = Buckets(clock)

    def session(self, request: Request) -> None:
        """A new visitor. Raises TooOften."""
        if self._limits is not None:
            self._take(
                "session", "sessions", [(_address(request), self._limits.sessions.times(self._limits.visitors))], 1
            )

    def text(self, request: Request, visitor: str) -> None:
        """A message or a press. Raises TooOften."""
        if self._limits is not None:
            self._both(request, visitor, "text", "messages", self._limits.texts, 1)

    def file(self, request: Request, visitor: str, most: int) -> None:
        """A file, by its announced length, else as if it were the largest. Raises TooOften."""
        if self._limits is None:
            return
        self._both(request, visitor, "file", "files", self._limits.files, 1)
        announced = request.headers.get("content-length", "")
        size = min(int(announced), most) if announced.isdecimal() and len(announced) < 16 else most
        self._both(request, visitor, "bytes", "bytes", self._limits.bytes, size)

    def _both(self, request: Request, visitor: str, what: str, reason: str, allowance: Allowance, cost: float) -> None:
        assert self._limits is not None
        address = allowance.times(self._limits.visitors)
        self._take(what, reason, [(visitor, allowance), (_address(request), address)], cost)

    def _take(self, what: str, reason: str, buckets: list[tuple[str, Allowance]], cost: float) -> None:
        """From all of them or from none."""
        wait = max(self._buckets.wait_for(f"{what}:{who}", allowance, cost) for who, allowance in buckets)
        if wait > 0:
            raise TooOften(reason=reason, retry_after=wait)
        for who, allowance in buckets:
            self._buckets.take(f"{what}:{who}", allowance, cost)


def _address(request: Request) -> str:
    """Where it comes from; behind a proxy of this machine uvicorn has put the visitor's own address here."""
    return "unknown" if request.client is None else request.client.host
