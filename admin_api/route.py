"""How an operation is declared: with the permission that it needs, or not at all."""

import contextlib
import inspect
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeVar

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from admin_api.auth import NOBODY, Caller, PasswordChangeNeeded, caller_of
from admin_api.bodies import replayed, whole
from admin_api.desk import Desk, open_desk
from admin_api.entity_tag import Tagged, match_of
from admin_api.need import Need
from admin_api.once import Answered, open_once
from admin_api.parts import Parts
from admin_api.schemas.ids import read_id
from core.kit.errors import Busy, NotAllowed, NotFound, Refusal
from core.kit.watch import REQUEST
from core.store.reading import Reader
from core.store.store import Unit
from core.wiring.subjects import SUBJECTS

PREFIX: Final = "/api/v1"
RATE: Final = "rate"  # in the state of a request: the headers that tell how often its caller may still ask
MOST_JSON: Final = 512 * 1024  # bytes of a body that is not a file; a flow has at most 256 KiB


class WrongType(Refusal):
    """Send the body as the description says, mostly ``Content-Type: application/json``."""

    code, status = "unsupported_media_type", 415


Inner = Callable[[Request], Coroutine[Any, Any, Response]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Ways:
    """How an operation treats its request."""

    method: Method
    streams: bool  # it reads the body itself, and tells `desk.once` what was in it
    tagged: Tagged | None  # whose state it reads (the answer has an ETag) or changes (If-Match is heeded)
    guarded: bool  # If-Match must be sent
    at_once: bool = False  # also for whoever must first take a password of his own
    secret: bool = False  # what is sent or answered must not be kept, so there is no Idempotency-Key
    asks: bool = False  # a question too long for an address: it changes nothing, so there is nothing to do once

    @property
    def keyed(self) -> bool:
        """Whether an Idempotency-Key is heeded."""
        return self.method == "POST" and not self.secret and not self.asks


class DeskRoute(APIRoute):
    """A route that knows its caller and his right before it reads the body or runs anything of the operation."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, need: Need, ways: Ways, **options: Any) -> None:
        self.need = need
        self.ways = ways
        super().__init__(path, endpoint, **options)
        declared = (self.openapi_extra or {}).get("requestBody", {}).get("content", {})
        self.takes = frozenset(declared or ({"application/json"} if self.body_field else ()))  # media types

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        answer = self._told if self.ways.method == "GET" else self._done

        async def handle(request: Request) -> Response:
            request.state.desk = await run_in_threadpool(self.admit, request)
            response = await answer(request, inner)
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers.update(getattr(request.state, RATE, {}))  # nobody is counted before he has signed in
            return response

        return handle

    async def _told(self, request: Request, inner: Inner) -> Response:
        """A look. The entity tag is read first: what changes in between is told as a later state's."""
        tag = await run_in_threadpool(self._tag, request)
        response = await inner(request)
        if tag is not None:
            response.headers["ETag"] = tag
        return response

    async def _done(self, request: Request, inner: Inner) -> Response:
        """A deed, under the conditions that the caller gives: on what he has seen, and once."""
        desk: Desk = request.state.desk
        match = match_of(request, self.ways.tagged, guarded=self.ways.guarded)
        once = open_once(request, desk.actor, desk.parts) if self.ways.keyed else None
        request.state.desk = replace(desk, once=once, match=match)
        try:
            self._check_type(request)
            if not self.ways.streams:
                body = await whole(request, MOST_JSON)
                request = replayed(request, body)
                if once is not None:
                    await run_in_threadpool(once.about, body)
            response = await inner(request)
            if match is not None and match.now is not None:
                response.headers["ETag"] = match.now
            if once is not None and once.used:
                await run_in_threadpool(once.answer, response)
            return response
        except Answered as before:
            return before.response
        finally:
            if once is not None:
                once.close()

    def _check_type(self, request: Request) -> None:
        """Raises WrongType for a body of a type that the operation does not read; a body without a type is read."""
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given and self.takes and given not in self.takes:
            raise WrongType

    def _tag(self, request: Request) -> str | None:
        tagged, parts = self.ways.tagged, request.app.state.admin_api
        if tagged is None:
            return None
        with parts.reading.open() as reader:
            return tagged.tag(reader, tagged.given(request))

    def admit(self, request: Request) -> Desk:
        """Raises Unauthenticated, TooManyRequests, NotAllowed without the right, NotFound for what is not his."""
        parts: Parts = request.app.state.admin_api
        if self.need.public:
            return open_desk(parts, NOBODY, request_id=request.scope.get(REQUEST))
        with parts.reading.open() as reader:
            parts.policy.catch_up(reader, parts.clock.now())  # first, so that the reader sees the newest
            caller = caller_of(reader, request.headers.get("authorization"), parts.clock.now())
            desk = open_desk(parts, caller.actor, caller.session_id, request.scope.get(REQUEST))
            rate, too_many = parts.rates.take(desk.actor.id)
            setattr(request.state, RATE, rate.headers())
            if too_many is not None:
                raise too_many
            barred = caller.must_change and not self.ways.at_once
            refusal = PasswordChangeNeeded() if barred else self._refusal(desk, reader, request)
        _note_use(parts, caller)
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
            subject_id = read_id(request.path_params[need.parameter]) if need.kind else None
            subject = None if subject_id is None else f"{need.kind}:{subject_id}"
            desk.note(need.command.__name__, subject, refusal.code)

    def _note_look(self, desk: Desk, request: Request) -> None:
        """Before anything is shown: what cannot be noted is not shown either."""
        need = self.need
        subject_id = read_id(request.path_params[need.parameter]) if need.kind else None
        desk.note_look(self.operation_id or self.name, None if subject_id is None else (need.kind, subject_id))


def _note_use(parts: Parts, caller: Caller) -> None:
    """Seldom, and nobody waits for it; a store that is too busy for it may leave it."""
    if caller.unnoted(parts.clock.now()):
        with contextlib.suppress(Busy):
            parts.store.submit(Unit(caller.note))


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
        tagged: Tagged | None = None,
        guarded: bool = False,
        secret: bool = False,
        at_once: bool = False,
        asks: bool = False,
        content: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Declare an operation; its name becomes the operationId, its docstring summary and description.

        ``errors``: statuses beside those that every operation has. ``content``: media types of an answer that is no
        JSON. ``extra``: more of its OpenAPI object. The others: see Ways. Hidden fields, never set, leave no trace.
        """

        def declare(endpoint: Endpoint) -> Endpoint:
            ways = Ways(method, streams, tagged, guarded, at_once, secret, asks)
            self.routes.append(
                DeskRoute(
                    PREFIX + path,
                    endpoint,
                    need=need,
                    ways=ways,
                    methods=[method],
                    status_code=status,
                    tags=[self.tag],
                    responses=_answers({*_implied(need, path, ways), *errors}, status, content),
                    response_model_exclude_unset=True,
                    openapi_extra={"x-permission": need.told, **(extra or {})},
                    **_named(endpoint),
                    **options,
                )
            )
            return endpoint

        return declare


def section(tag: str) -> Section:
    return Section(tag, [])


def _named(endpoint: Endpoint) -> dict[str, str]:
    summary, _, description = inspect.cleandoc(endpoint.__doc__ or "").partition("\n")
    names = {"operation_id": endpoint.__name__, "summary": summary.rstrip(".")}
    return {**names, "description": description.strip()}


def _answers(errors: Iterable[int], status: int, content: Any) -> dict[int | str, dict[str, Any]]:
    """What FastAPI is told of the answers: the errors, and the media types of what is no JSON."""
    told: dict[int | str, dict[str, Any]] = {each: {"description": ""} for each in sorted(errors)}
    return told if content is None else {**told, status: {"content": content}}


def _implied(need: Need, path: str, ways: Ways) -> set[int]:
    found = {401, 429, 503} if need.permission is None else {401, 403, 429, 503}
    if "{" in path:
        found.add(404)
    if ways.method != "GET":
        found |= {400, 413, 415, 422}
        found |= set() if ways.tagged is None else {412}
        found |= {428} if ways.guarded else set()
    if ways.keyed:
        found.add(409)  # what an Idempotency-Key may meet
    return found
