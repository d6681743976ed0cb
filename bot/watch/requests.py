"""Gives every HTTP request an id, binds it to what is logged meanwhile, and tells how the request ended."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from fastapi.telemetry import TelemetryConfig
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.kit.ids import new_id
from core.kit.watch import REQUEST, Watches, Worked

NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""The framework's own would record the messages of errors, and send them where variables of its own say."""
HEADER: Final = b"x-request-id"
CRASHED: Final = "500"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})  # anybody may invent others
NO_OPERATION: Final = "none"  # no route has this path


class RequestIds:
    """A plain ASGI middleware: it must not buffer event streams. A stream counts as ended when it begins to answer."""

    def __init__(self, app: ASGIApp, watches: Watches) -> None:
        self._app = app
        self._watches = watches
        self._paths: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._paths = self._paths or paths_of(scope["app"].routes)
        request_id = scope[REQUEST] = new_id()
        started, told = time.perf_counter(), False

        def tell(status: str) -> None:
            nonlocal told
            if not told:
                told = True
                seconds = time.perf_counter() - started
                self._watches.worked(
                    Worked("request", operation(scope, self._paths), status, request_id, True, seconds)
                )

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (HEADER, str(request_id).encode())]
                tell(str(message["status"]))
            await send(message)

        before = structlog.contextvars.bind_contextvars(request=request_id)
        try:
            await self._app(scope, receive, with_id)
        except Exception:  # the id stays bound for whoever logs the crash; the request's task ends with it
            tell(CRASHED)
            raise
        structlog.contextvars.reset_contextvars(**before)


def operation(scope: Scope, paths: Mapping[Any, str]) -> str:
    """The route that answers, as method and path with its parameters' names: never an address that somebody typed."""
    route = scope.get("route")
    path = route.path if route is not None else paths.get(scope.get("endpoint"))
    if path is None:
        return NO_OPERATION
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    return f"{method} {path}"


def paths_of(routes: Iterable[BaseRoute]) -> dict[Any, str]:
    """The paths of plain routes and mounts by what answers there: these leave no route in the scope."""
    pairs = ((getattr(each, "endpoint", getattr(each, "app", None)), getattr(each, "path", None)) for each in routes)
    return {endpoint: path for endpoint, path in pairs if endpoint is not None and path is not None}
