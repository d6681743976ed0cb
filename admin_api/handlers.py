"""Catches every "no" of the whole application and answers it as a problem document; a crash gives nothing away."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from admin_api.language import language_of
from admin_api.parts import Parts
from admin_api.problem import answer, entries, parameter_entries, said
from admin_api.route import RATE
from admin_api.validation import problems_at
from admin_api.wording import CLIENT, SENTENCES, SOMEBODY
from core.engine.text import pick
from core.files.child import InspectorDown
from core.files.store_port import FileGone
from core.kit.errors import Busy, NotFound, Problem, Refusal
from core.kit.watch import REQUEST
from core.staff.tables import staff

_SHOWN: Final = 3  # problems that the sentence itself names; the list has them all
_DATABASE_RETRY: Final = 5  # seconds

log = structlog.get_logger(__name__)


class Problems:
    """The exception handlers of the whole application; they run in worker threads, as they may read."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def install(self, app: FastAPI) -> None:
        app.add_exception_handler(Refusal, _with_rate(self.refusal))
        app.add_exception_handler(RequestValidationError, _with_rate(self.invalid))
        app.add_exception_handler(HTTPException, _with_rate(self.http))
        for down in (OperationalError, InterfaceError, PoolTimeout, InspectorDown):
            app.add_exception_handler(down, _with_rate(self.down))
        app.add_exception_handler(IntegrityError, _with_rate(self.conflict))
        app.add_exception_handler(FileGone, _with_rate(self.gone))
        app.add_exception_handler(ClientDisconnect, _with_rate(self.left))
        app.add_exception_handler(Exception, _with_rate(self.crash))

    def refusal(self, request: Request, refusal: Exception) -> Response:
        """A business "no"."""
        if not isinstance(refusal, Refusal):
            raise refusal
        language = language_of(request.headers)
        extra: dict[str, object] = {}
        reasons = _sentences(refusal.params.get("reasons"), language)
        if reasons:
            extra["reasons"] = reasons
        if refusal.problems:
            asked = [each for each in refusal.problems if each.pointer.removeprefix("/") in request.query_params]
            others = [each for each in refusal.problems if each not in asked]
            extra["errors"] = [*parameter_entries(asked, language), *entries(others, language)]
        if isinstance(when := refusal.params.get("when"), datetime):
            extra |= {"when": when.isoformat(), "who": self._who(refusal.params, language)}
        detail = self._detail(refusal, language, reasons)
        return answer(refusal.status, refusal.code, detail, language, extra, _headers(refusal))

    def invalid(self, request: Request, wrong: Exception) -> Response:
        """What the validator refused: an id that is none is told as one that does not exist."""
        if not isinstance(wrong, RequestValidationError):
            raise wrong
        errors = wrong.errors()
        if any(error["loc"][:1] == ("path",) for error in errors):
            return self.refusal(request, NotFound())
        language = language_of(request.headers)
        if errors and errors[0]["type"] == "json_invalid":
            position = str(errors[0]["loc"][-1])
            return said(400, "malformed_json", language, {"position": position})
        query = problems_at(errors, "query", dict(request.query_params))
        body = problems_at(errors, "body", wrong.body)
        detail = self._say(language, "refusal.invalid", {"problems": _first([*query, *body], language)})
        items = [*parameter_entries(query, language), *entries(body, language)]
        return answer(422, "invalid", detail, language, {"errors": items})

    def http(self, request: Request, stop: Exception) -> Response:
        """What the framework itself refuses: unknown paths, methods, bodies that it cannot read."""
        if not isinstance(stop, HTTPException):
            raise stop
        language, headers = language_of(request.headers), dict(stop.headers or {})
        if stop.status_code == 404:
            return said(404, "unknown_path", language, headers=headers)
        if stop.status_code == 405:
            return said(405, "method_not_allowed", language, headers={**headers, "Allow": _allowed(request)})
        if stop.status_code == 413:
            detail = self._say(language, "refusal.too_much", {})
            return answer(413, "too_much", detail, language, headers=headers)
        return said(stop.status_code, "malformed", language, headers=headers)

    def down(self, request: Request, failure: Exception) -> Response:
        """The database or the file check does not answer: nothing was done, the caller may send it again."""
        log.error("not_available", reason=type(failure).__name__)
        return self.refusal(request, Busy(retry_after=_DATABASE_RETRY))

    def conflict(self, request: Request, _: Exception) -> Response:
        """The database holds a rule that no room has asked about before: nothing was done."""
        log.error("integrity", path=request.url.path)
        return said(409, "conflict", language_of(request.headers))

    def gone(self, request: Request, _: Exception) -> Response:
        """The row is there and its file is not: it was erased."""
        return said(410, "file_gone", language_of(request.headers))

    def left(self, request: Request, _: Exception) -> Response:
        """The caller hung up while he was sending; nobody reads this, but it is no fault of ours."""
        return said(400, "malformed", language_of(request.headers))

    def crash(self, request: Request, failure: Exception) -> Response:
        """A fault of ours. The trace goes to the log of the server, nothing of it to the caller."""
        log.error("crashed", path=request.url.path, reason=type(failure).__name__)
        headers = {"X-Request-Id": str(request.scope[REQUEST])} if REQUEST in request.scope else None
        return said(500, "internal", language_of(request.headers), headers=headers)

    def _detail(self, refusal: Refusal, language: str, reasons: list[str]) -> str:
        if refusal.code in SENTENCES:
            return SENTENCES[refusal.code][language]
        joint = "；" if language == "zh-CN" else "; "
        params: dict[str, object] = {
            name: value for name, value in refusal.params.items() if isinstance(value, str | int)
        }
        for name in ("ticks", "items"):
            if isinstance(listed := refusal.params.get(name), list | tuple):
                params[name] = ", ".join(str(each) for each in listed)
        params |= {"reasons": joint.join(reasons), "problems": _first(refusal.problems, language)}
        params |= {"who": self._who(refusal.params, language), "when": self._when(refusal.params)}
        for key in (refusal.text_key, f"refusal.{refusal.code}"):
            try:
                return self._parts.texts.say(language, key, params)
            except KeyError:
                continue
        return self._say(language, "refusal.refused", params)

    def _say(self, language: str, key: str, params: Mapping[str, object]) -> str:
        return self._parts.texts.say(language, key, params)

    def _who(self, params: Mapping[str, object], language: str) -> str:
        """The name behind ``who``; a name that cannot be had is no reason to fail."""
        who = params.get("who")
        if params.get("who_kind") == "client":
            return CLIENT[language]
        if params.get("who_kind") != "staff" or not isinstance(who, int):
            return SOMEBODY[language]
        try:
            with self._parts.reading.open() as reader:
                member = reader.peek(staff, who)
        except SQLAlchemyError:
            member = None
        return SOMEBODY[language] if member is None else str(member["name"])

    def _when(self, params: Mapping[str, object]) -> str:
        moment = params.get("when")
        return f"{moment.astimezone(self._parts.zone):%Y-%m-%d %H:%M %Z}" if isinstance(moment, datetime) else ""


def _with_rate(handler: Callable[[Request, Exception], Response]) -> Callable[[Request, Exception], Response]:
    """A "no" tells as well how often the caller may still ask."""

    def handle(request: Request, failure: Exception) -> Response:
        response = handler(request, failure)
        response.headers.update(getattr(request.state, RATE, {}))
        return response

    return handle


def _first(problems: Iterable[Problem], language: str) -> str:
    sentences = [pick(problem.message, language) for problem in problems]
    more = f" (+{len(sentences) - _SHOWN})" if len(sentences) > _SHOWN else ""
    return " ".join(sentences[:_SHOWN]) + more


def _sentences(reasons: object, language: str) -> list[str]:
    if not isinstance(reasons, list | tuple):
        return []
    return [pick(words, language) for words in reasons if isinstance(words, Mapping)]


def _headers(refusal: Refusal) -> dict[str, str]:
    headers = {}
    wait = refusal.params.get("retry_after", 1 if isinstance(refusal, Busy) else None)
    if isinstance(wait, int | float):
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="banli"'
    return headers


def _allowed(request: Request) -> str:
    """Every method that some route takes at this path; the framework names only those of the first."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return ", ".join(sorted(found))
