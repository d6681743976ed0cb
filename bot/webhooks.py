"""What every door of the web application has: safe headers and the check of the Host header."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "testserver")
"""All that demo mode answers under: another site cannot point its own name at this machine."""

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


def guard(app: FastAPI, hosts: Sequence[str] | None) -> None:
    """Safe headers on every answer; with `hosts`, nothing is answered under another name."""
    app.add_middleware(_Guard, hosts=hosts)


class _Guard:
    """A plain ASGI middleware: it must not buffer event streams."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._hosts is not None and _host(scope) not in self._hosts:
            await JSONResponse({"title": "wrong host", "status": 421}, 421)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                missing = [each for each in _HEADERS if each[0] not in said]  # twice would be another value
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self._app(scope, receive, with_headers)


def _host(scope: Scope) -> str:
    value = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    return value if value.endswith("]") else value.rsplit(":", 1)[0] if ":" in value else value
