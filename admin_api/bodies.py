"""Reads a request's body with a limit before anybody looks into it."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.types import Message

from core.kit.errors import TooMuch


async def whole(request: Request, most: int) -> bytes:
    """The body as sent. Raises TooMuch above ``most`` bytes, without reading on."""
    found = bytearray()
    async for chunk in counted(request, most):
        found += chunk
    return bytes(found)


async def counted(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body's chunks. Raises TooMuch above ``most`` bytes, at once where the length is announced."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > most:
        raise TooMuch(limit=most)
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most:
            raise TooMuch(limit=most)
        yield chunk


def replayed(request: Request, body: bytes) -> Request:
    """The same request, whose body can be read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
