"""How an operation is declared: with the permission that it needs, or not at all."""

import inspect
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from admin_api.auth import member_of
from admin_api.bodies import replayed, whole
from admin_api.desk import Desk, open_desk
from admin_api.parts import Parts
from admin_api.schemas.ids import read_id
from core.commands.command import Command
from core.kit.errors import NotAllowed, NotFound
from core.wiring.subjects import SUBJECTS

PREFIX: Final = "/api/v1"
MOST_JSON: Final = 512 * 1024  # bytes of a body that is not a file; a flow has at most 256 KiB

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Need:
    """What a caller must be allowed. Made by `member`, `may`, `reaches` and `does`, never by hand."""

    permission: str | None  # None: every member of staff with a valid key
    kind: str = ""  # kind of subject that the caller must reach
    parameter: str = ""  # the path parameter with its id
    asked_by_bus: bool = False  # the bus asks, so that a refused attempt is audited


def member() -> Need:
    """Every member of staff: the operation shows nothing but his own."""
    return Need(None)


def may(permission: str) -> Need:
    """A right that concerns no subject, or whose subjects the operation filters itself."""
    return Need(permission)


def reaches(permission: str, kind: str, parameter: str) -> Need:
    """A right to one subject, whose id stands in the path: another's looks as if it did not exist."""
    return Need(permission, kind, parameter)


def does(command: type[Command]) -> Need:
    """The right that a command needs."""
    return Need(command.permission, asked_by_bus=True)


class DeskRoute(APIRoute):
    """A route that knows its caller and his right before it reads the body or runs anything of the operation."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, need: Need, streams: bool, **options: Any) -> None:
        self.need = need
        self.streams = streams  # the operation reads the body itself
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request.state.desk = await run_in_threadpool(self.admit, request)
            if not self.streams:
                request = replayed(request, await whole(request, MOST_JSON))
            response = await inner(request)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return handle

    def admit(self, request: Request) -> Desk:
        """Raises Unauthenticated, NotAllowed without the right, NotFound for what the caller does not reach."""
        parts: Parts = request.app.state.admin_api
        with parts.reading.open() as reader:
            actor = member_of(reader, request.headers.get("authorization"))
            permission = self.need.permission
            if permission is None or self.need.asked_by_bus:
                return open_desk(parts, actor)
            if not parts.policy.may(actor, permission):
                raise NotAllowed(permission=permission)
            if self.need.kind:
                subject_id = read_id(request.path_params[self.need.parameter])
                subject = None if subject_id is None else SUBJECTS[self.need.kind](reader, subject_id)
                if subject is None or not parts.policy.may(actor, permission, subject):
                    raise NotFound(thing=self.need.kind)
            return open_desk(parts, actor)


@dataclass(frozen=True, slots=True)
class Section:
    """The operations about one thing, in the order in which they are declared."""

    tag: str
    routes: list[DeskRoute]

    def operation(
        self,
        method: Method,
        path: str,
        need: Need,
        *,
        status: int = 200,
        errors: Iterable[int] = (),
        streams: bool = False,
        extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Declare an operation; its name becomes the operationId, its docstring summary and description.

        ``errors``: statuses that it answers with beside those that every operation has. ``extra``: more of its
        OpenAPI object. Keys that were never set are left out of an answer: so hidden fields leave no trace.
        """

        def declare(endpoint: Endpoint) -> Endpoint:
            summary, _, description = inspect.cleandoc(endpoint.__doc__ or "").partition("\n")
            statuses = sorted({401, 503, *_implied(need, method, path), *errors})
            self.routes.append(
                DeskRoute(
                    PREFIX + path,
                    endpoint,
                    need=need,
                    streams=streams,
                    methods=[method],
                    status_code=status,
                    operation_id=endpoint.__name__,
                    summary=summary.rstrip("."),
                    description=description.strip(),
                    tags=[self.tag],
                    responses={each: {"description": ""} for each in statuses},
                    response_model_exclude_unset=True,
                    openapi_extra={"x-permission": need.permission or "member", **(extra or {})},
                    **options,
                )
            )
            return endpoint

        return declare


def section(tag: str) -> Section:
    return Section(tag, [])


def _implied(need: Need, method: Method, path: str) -> set[int]:
    found = set() if need.permission is None else {403}
    if "{" in path:
        found.add(404)
    if method == "POST":
        found |= {413, 422}
    return found
