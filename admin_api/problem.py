"""The form of every "no" over HTTP: an RFC 9457 problem+json document in the caller's language."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from admin_api.wording import SENTENCES, title_of
from core.engine.text import pick
from core.kit.errors import Problem

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:banli:problem:"  # + code; an identifier, nothing is served there


class ErrorEntry(BaseModel):
    """One thing that is wrong with what was sent: at a JSON pointer of the body, or in a parameter of the address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pointer: str | None = Field(default=None, examples=["/travellers/0/kind"])
    parameter: str | None = Field(default=None, examples=["state"])
    code: str = Field(examples=["case.applicant_type"])
    message: str


class ProblemDocument(BaseModel):
    """Why a request was not carried out. ``code`` is stable; ``title`` and ``detail`` are in the caller's language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(examples=["urn:banli:problem:not_found"])
    title: str
    status: int
    code: str = Field(examples=["not_found"])
    detail: str
    errors: list[ErrorEntry] | None = Field(default=None, description="Every mistake at once (422).")
    reasons: list[str] | None = Field(default=None, description="What has to be done first (409).")
    who: str | None = Field(default=None, description="Who was faster (409).")
    when: str | None = Field(default=None, description="When it was decided, in UTC (409).")


def entries(problems: Iterable[Problem], language: str) -> list[dict[str, str]]:
    """Problems of a body as they stand in ``errors``."""
    return [
        {"pointer": problem.pointer, "code": problem.code, "message": pick(problem.message, language)}
        for problem in problems
    ]


def parameter_entries(problems: Iterable[Problem], language: str) -> list[dict[str, str]]:
    """Problems of an address: a place there has no pointer but a name."""
    return [
        {"parameter": entry["pointer"].removeprefix("/"), "code": entry["code"], "message": entry["message"]}
        for entry in entries(problems, language)
    ]


def said(
    status: int,
    code: str,
    language: str,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem whose sentence is the API's own."""
    detail = SENTENCES[code][language]
    for name, value in (params or {}).items():
        detail = detail.replace("{" + name + "}", value)
    return answer(status, code, detail, language, headers=headers)


def answer(
    status: int,
    code: str,
    detail: str,
    language: str,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The document as a response. It never names the path or the ids that were asked for."""
    document = {
        "type": TYPE + code,
        "title": title_of(status, language),
        "status": status,
        "code": code,
        "detail": detail,
        **(extra or {}),
    }
    told = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store", **(headers or {})}
    body = json.dumps(document, ensure_ascii=False).encode()
    return Response(body, status, headers=told, media_type=MEDIA_TYPE)
