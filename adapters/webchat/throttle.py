"""How much one visitor, and one address with all its visitors, may say and send: buckets that fill again with time."""

from dataclasses import dataclass
from typing import Final, Self

from starlette.requests import Request

from core.kit.buckets import Allowance, Buckets, Draw
from core.kit.errors import TooOften
from core.kit.settings import Webchat

_TEXTS: Final = Allowance(20, 40)  # messages and presses: one every two seconds, twenty at once
_FILES: Final = Allowance(30, 600)
_BYTES: Final = Allowance(200 * 2**20, 86_400)
_SESSIONS: Final = Allowance(6, 600)


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """For one visitor; an address may have ``visitors`` times as much, as an office or a family shares one."""

    texts: Allowance = _TEXTS
    files: Allowance = _FILES
    bytes: Allowance = _BYTES
    sessions: Allowance = _SESSIONS
    visitors: int = 10

    @classmethod
    def of(cls, said: Webchat) -> Self:
        """As the operator has settled it."""
        return cls(
            texts=Allowance(said.texts_at_once, 60 * said.texts_at_once / said.texts_per_minute),
            files=Allowance(said.files_in_ten_minutes, 600),
            bytes=Allowance(said.bytes_a_day, 86_400),
            sessions=Allowance(said.sessions_an_hour, 3600),
        )


class Throttle:
    """Asked at every door of the page, before anything is read or kept."""

    def __init__(self, limits: ChatLimits | None, buckets: Buckets) -> None:
        """``limits`` None: nothing is limited, as in the demo, which only this machine can reach."""
        self._limits = limits
        self._buckets = buckets

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
        wait = self._buckets.take([Draw(f"{what}:{who}", allowance, cost) for who, allowance in buckets]).wait
        if wait > 0:
            raise TooOften(reason=reason, retry_after=wait)


def _address(request: Request) -> str:
    """Where it comes from; behind a proxy of this machine uvicorn has put the visitor's own address here."""
    return "unknown" if request.client is None else request.client.host
