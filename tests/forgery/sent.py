"""A request as bytes, sent into the real ASGI application: no client in between that would put anything right."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote_from_bytes, unquote

from starlette.types import ASGIApp, Message

CHUNK: Final = 64 * 1024
PATIENCE: Final = 60.0  # seconds until a request counts as one that is never answered
_KEPT_AS_THEY_ARE: Final = "/%:@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form; `extra` is what else stands in its headers."""

    name: str
    content: bytes
    filename: str | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Method, path (as it stands in the request line), query, headers and body; nothing is added but the length."""

    method: str
    path: bytes
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    flood: int = 0  # so many bytes follow the body, made only while they are read
    declared: bool = True  # whether the length is announced
    parts: tuple[Part, ...] = ()  # of which the body was made, if it is a form

    def values(self, name: bytes) -> list[bytes]:
        return [value for each, value in self.headers if each.lower() == name]

    def having(self, name: bytes, *values: bytes) -> "Sent":
        """With these values of a header instead of those that it had; none: without it."""
        others = tuple(each for each in self.headers if each[0].lower() != name)
        return replace(self, headers=(*others, *((name, value) for value in values)))

    @property
    def length(self) -> int:
        return len(self.body) + self.flood

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.body), CHUNK):
            yield self.body[start : start + CHUNK]
        left = self.flood
        while left > 0:
            yield b"A" * min(CHUNK, left)
            left -= CHUNK


@dataclass(slots=True)
class Answer:
    """What came back, and how much of the request was read for it."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    pulled: int = 0
    crash: str = ""

    @property
    def shown(self) -> bytes:
        """Everything that the sender gets to read, but where he is sent on to: that is his own address with a slash."""
        headers = (name + b": " + value for name, value in self.headers if name != b"location")
        return b"\n".join([*headers, self.body])


def path_of(text: str) -> bytes:
    """A path of any characters as it may stand in a request line."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), _KEPT_AS_THEY_ARE).encode()


def form_of(sent: Sent, parts: tuple[Part, ...], boundary: bytes = b"--------forged") -> Sent:
    """The request with these parts as its body."""
    body = b""
    for part in parts:
        told = f'Content-Disposition: form-data; name="{part.name}"'
        told += f'; filename="{part.filename}"' if part.filename is not None else ""
        told += f"\r\nContent-Type: {part.media_type}" if part.media_type else ""
        head = told.encode("utf-8", "surrogatepass") + b"\r\n\r\n"
        body += b"--" + boundary + b"\r\n" + head + part.content + b"\r\n"
    body += b"--" + boundary + b"--\r\n"
    kind = b"multipart/form-data; boundary=" + boundary
    return replace(sent.having(b"content-type", kind), body=body, parts=parts)


async def deliver(app: ASGIApp, sent: Sent) -> Answer:
    """Send it, as a server would hand it over; a crash is told in the answer."""
    answer, chunks = Answer(), sent.chunks()
    announced = [] if not sent.declared or sent.values(b"content-length") else [_length(sent)]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": unquote(sent.path.decode("ascii")),
        "raw_path": sent.path,
        "query_string": sent.query,
        "root_path": "",
        "headers": [*((name.lower(), value) for name, value in sent.headers), *announced],
        "client": ("198.51.100.7", 40_000),
        "server": ("testserver", 80),
        "state": {},
    }
    ended = False

    async def receive() -> Message:
        nonlocal ended
        chunk = next(chunks, None)
        if chunk is not None:
            answer.pulled += len(chunk)
            return {"type": "http.request", "body": chunk, "more_body": True}
        if ended:
            return {"type": "http.disconnect"}
        ended = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    try:
        async with asyncio.timeout(PATIENCE):
            await app(scope, receive, send)
    except Exception as crash:
        answer.status, answer.crash = 500, f"{type(crash).__name__}: {crash}"[:200]
        sys.last_value = crash
    return answer


def _length(sent: Sent) -> tuple[bytes, bytes]:
    return b"content-length", str(sent.length).encode()
