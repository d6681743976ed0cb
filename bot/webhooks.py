"""What every door of the web application has: health pages, safe headers, the check of the Host header."""

import asyncio
from collections.abc import Sequence

from fastapi import FastAPI
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.kit.migrate import newest
from core.store.reading import Reading
from core.store.store import MAX_WAITING, Store

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


def health_routes(store: Store, reading: Reading) -> list[BaseRoute]:
    """/livez: the process answers. /readyz: the database does, its tables fit this version, the queue moves."""

    async def livez(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        checks = await asyncio.to_thread(_checks, store, reading)
        ready = all(checks.values())
        return JSONResponse({"status": "ok" if ready else "not ready", "checks": checks}, 200 if ready else 503)

    return [Route("/livez", livez), Route("/readyz", readyz)]


def _checks(store: Store, reading: Reading) -> dict[str, bool]:
    checks = {"database": False, "migrations": False, "queue": store.waiting() < MAX_WAITING // 2}
    try:
        with reading.open() as reader:
            revision = reader.connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except Exception:  # whatever is wrong with the database, the page must say so and not fail
        return checks
    return {**checks, "database": True, "migrations": revision == newest()}


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
