"""How an operation is declared: with the permission that it needs, or not at all."""

import inspect
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
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
from core.kit.errors import NotAllowed, NotFound, Refusal
from core.store.reading import Reader
from core.wiring.subjects import SUBJECTS

PREFIX: Final = "/api/v1"
MOST_JSON: Final = 512 * 1024  # bytes of a body that is not a file; a flow has at most 256 KiB

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Need:
    """What a caller must be allowed. Made by the functions below, never by hand."""

    permission: str | None  # None: every member of staff with a valid key
    kind: str = ""  # kind of subject that the caller must reach
    parameter: str = ""  # the path parameter with its id
    command: type[Command] | None = None  # what it does; a refused attempt is audited under this name
    filtered: bool = False  # the operation shows of its subjects those that the caller reaches
    noted: bool = False  # it shows what is personal: every look is audited, once per request


def member() -> Need:
    """Every member of staff: the operation shows nothing but his own."""
    return Need(None)


def may(permission: str, *, noted: bool = False) -> Need:
    """A right that concerns no subject: nobody has it because he stands in for a colleague."""
    return Need(permission, noted=noted)


def lists(permission: str) -> Need:
    """A right whose subjects the operation filters itself: also those of a colleague for whom the caller stands in."""
    return Need(permission, filtered=True, noted=True)


def reaches(permission: str, kind: str, parameter: str) -> Need:
    """A right to one subject, whose id stands in the path: another's looks as if it did not exist."""
    return Need(permission, kind, parameter, noted=True)


def does(command: type[Command]) -> Need:
    """The right that a command needs; the bus asks for it."""
    return Need(command.permission, command=command)


def submits(command: type[Command], parameter: str) -> Need:
    """As `does`, asked before the body is read as well: nobody stores a file for what he does not reach."""
    if command.about is None:
        raise TypeError(f"{command.__name__} is about nothing that a path could name")
    return Need(command.permission, command.about[0], parameter, command)


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
            desk = open_desk(parts, member_of(reader, request.headers.get("authorization"), parts.clock.now()))
            refusal = self._refusal(desk, reader, request)
        if refusal is not None:
            self._note(desk, request, refusal)
            raise refusal
        if self.need.noted:
            self._note_look(desk, request)
        return desk

    def _refusal(self, desk: Desk, reader: Reader, request: Request) -> Refusal | None:
        need, policy = self.need, desk.parts.policy
        if need.permission is None or (need.command is not None and not need.kind):
            return None  # everybody may, or the bus asks
        as_himself = not need.kind and not need.filtered
        if not policy.may(replace(desk.actor, stands_for=()) if as_himself else desk.actor, need.permission):
            return NotAllowed(permission=need.permission)
        if not need.kind:
            return None
        subject_id = read_id(request.path_params[need.parameter])
        subject = None if subject_id is None else SUBJECTS[need.kind](reader, subject_id)
        if subject is None or not policy.may(desk.actor, need.permission, subject):
            return NotFound(thing=need.kind)
        return None

    def _note(self, desk: Desk, request: Request, refusal: Refusal) -> None:
        """What would have been done is audited like an attempt that the bus refused."""
        need = self.need
        if need.command is not None:
            subject_id = read_id(request.path_params[need.parameter])
            subject = None if subject_id is None else f"{need.kind}:{subject_id}"
            desk.note(need.command.__name__, subject, refusal.code)

    def _note_look(self, desk: Desk, request: Request) -> None:
        """Before anything is shown: what cannot be noted is not shown either."""
        need = self.need
        subject_id = read_id(request.path_params[need.parameter]) if need.kind else None
        desk.note_look(self.operation_id or self.name, None if subject_id is None else (need.kind, subject_id))


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
        content: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Declare an operation; its name becomes the operationId, its docstring summary and description.

        ``errors``: statuses that it answers with beside those that every operation has. ``content``: media
        types of an answer that is no JSON. ``extra``: more of its OpenAPI object. Keys that were never set are left
        out of an answer: so hidden fields leave no trace.
        """

        def declare(endpoint: Endpoint) -> Endpoint:
            summary, _, description = inspect.cleandoc(endpoint.__doc__ or "").partition("\n")
            answers = {each: {"description": ""} for each in sorted({*_implied(need, method, path), *errors})}
            success = {} if content is None else {status: {"content": content}}
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
                    responses={**answers, **success},
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
    found = {401, 503} if need.permission is None else {401, 403, 503}
    if "{" in path:
        found.add(404)
    if method == "POST":
        found |= {413, 422}
    return found
