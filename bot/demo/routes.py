"""The demo page's routes. They exist only in demo mode, which binds to loopback and checks the Host header."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.cards.context import House
from bot.demo.case_pane import case_json
from bot.demo.people import CLIENT, STAFF
from core.kit.clock import Clock
from core.staff.policy import ROLES
from core.store.reading import Reading

STATIC = Path(__file__).parent / "static"
LOOK_SECONDS = 0.5
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class DemoRoutes:
    """Shows the newest case of the demo's client, live."""

    def __init__(self, house: House, reading: Reading, clock: Clock, closed: Callable[[], bool]) -> None:
        self._house = house
        self._reading = reading
        self._clock = clock
        self._closed = closed  # whether the process ends

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", lambda request: RedirectResponse("/demo")),
            Route("/demo", self.page),
            Route("/demo/api/seats", self.seats),
            Route("/demo/api/case", self.case),
            Route("/demo/api/events", self.events),
            Mount("/demo/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="demo-static"),
        ]

    async def page(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers={"Content-Security-Policy": CSP})

    async def seats(self, request: Request) -> Response:
        language = _language(request)
        staff = [
            {"seat": each.seat, "name": each.name, "role": " / ".join(ROLES[role][language] for role in each.roles[:1])}
            for each in STAFF
        ]
        return JSONResponse({"client": {"seat": CLIENT.seat, "name": CLIENT.name}, "staff": staff})

    async def case(self, request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(self._case, _language(request)))

    async def events(self, request: Request) -> Response:
        """Says "changed" whenever the case does."""
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=headers)

    async def _stream(self) -> AsyncIterator[str]:
        seen, quiet = "", 0
        yield "retry: 1000\n\n"
        while not self._closed():
            now = json.dumps(await asyncio.to_thread(self._case, "en"), sort_keys=True)
            if now != seen:
                seen, quiet = now, 0
                yield "event: changed\ndata: {}\n\n"
            elif (quiet := quiet + 1) % 30 == 0:
                yield ": still here\n\n"
            await asyncio.sleep(LOOK_SECONDS)

    def _case(self, language: str) -> dict[str, Any] | None:
        with self._reading.open() as reader:
            return case_json(self._house, reader, language, self._clock.now())


def _language(request: Request) -> str:
    return "en" if request.query_params.get("lang") == "en" else "zh-CN"
