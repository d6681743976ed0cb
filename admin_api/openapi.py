"""The description of the API (OpenAPI 3.1): what FastAPI derives, with our problems, headers and examples put right."""

import sys
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from admin_api import entity_tag, once, rates
from admin_api.examples import example_of
from admin_api.links import add_links
from admin_api.problem import MEDIA_TYPE, TYPE, ErrorEntry, ProblemDocument
from admin_api.route import PREFIX, DeskRoute, Ways
from admin_api.wording import title_of

VERSION: Final = (
    "2.0.0"  # of the API: a change that breaks its callers raises the first number (scripts/api_changes.py)
)
KEY: Final = "apiKey"
_PROBLEM: Final = {"$ref": "#/components/schemas/ProblemDocument"}
_MODELS: Final = "#/components/schemas/{model}"
_LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "examples": ["zh-CN", "en"]},
    "description": "The language of problems and their sentences.",
}
_ONCE: Final = {
    "name": once.HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "examples": ["5b1f3a6e-0000-4000-8000-000000000001"]},
    "description": "Sent again with the same key within a day, the request is done once and answered the same.",
}
_VALIDATION: Final = ("HTTPValidationError", "ValidationError")  # the framework's own, which is never sent
_TEXT: Final = {"type": "string"}
_HEADERS: Final = {
    "ETag": {"schema": _TEXT, "description": "Names the state of the thing; send it as If-Match to change it."},
    rates.POLICY: {"schema": _TEXT, "description": 'The caller\'s quota: `"caller";q=600;w=60`, requests in seconds.'},
    rates.LEFT: {"schema": _TEXT, "description": 'What is left of it: `"caller";r=599;t=1`, all again in t seconds.'},
    once.REPLAYED: {"schema": _TEXT, "description": "`true`: this is the answer of the first time."},
    "Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "description": "Seconds to wait."},
    "WWW-Authenticate": {"schema": _TEXT, "description": "How to say who one is."},
}
_CODES: Final = {
    400: "malformed_json",
    401: "unauthenticated",
    403: "not_allowed",
    404: "not_found",
    409: "not_possible_now",
    410: "file_gone",
    412: "precondition_failed",
    413: "too_much",
    415: "unsupported_media_type",
    422: "invalid",
    428: "precondition_required",
    429: "too_many_requests",
    503: "busy",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="Banli",
            version=VERSION,
            summary="The admin API of Banli: cases by chat.",
            description="Problems are RFC 9457 documents in the caller's language, with every mistake at once.",
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            routes=[route for route in app.routes if isinstance(route, DeskRoute)],
            tags=_tags(app),
        )
        _add_parts(document)
        ways = {route.operation_id: route.ways for route in app.routes if isinstance(route, DeskRoute)}
        for operation in operations(document):
            _put_right(operation, ways[operation["operationId"]], document["components"]["schemas"])
        add_links(document)
        app.openapi_schema = document
    return app.openapi_schema


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of this API."""
    for path, item in document["paths"].items():
        if path.startswith(PREFIX):
            yield from item.values()


def _tags(app: FastAPI) -> list[dict[str, str]]:
    """Each tag with the first sentence of the module that declares its operations."""
    found: dict[str, str] = {}
    for route in app.routes:
        if isinstance(route, DeskRoute):
            module = sys.modules[route.endpoint.__module__]
            found.setdefault(str(route.tags[0]), (module.__doc__ or "").strip().partition("\n")[0])
    return [{"name": name, "description": description} for name, description in found.items()]


def _put_right(operation: dict[str, Any], ways: Ways, schemas: dict[str, Any]) -> None:
    """Problems have their own media type; all but signing in wants a key; all knows the caller's language."""
    public = operation["x-permission"] == "anybody"
    operation["security"] = [] if public else [{KEY: []}]
    operation["parameters"] = [*operation.get("parameters", []), *_parameters(ways)]
    if ways.method == "GET" and not any(parameter["in"] == "query" for parameter in operation["parameters"]):
        operation["responses"].pop("422", None)  # the framework's answer to a bad id, which is a 404 here
    operation["responses"] = dict(sorted(operation["responses"].items()))
    for status, response in operation["responses"].items():
        if status.startswith(("4", "5")):
            response["description"] = HTTPStatus(int(status)).phrase
            response["content"] = {MEDIA_TYPE: {"schema": _PROBLEM, "example": _problem(int(status))}}
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _sent(status, ways, public)}
    for content in _contents(operation):
        if "schema" in content and "example" not in content and content["schema"].get("format") != "binary":
            content["example"] = example_of(content["schema"], schemas)


def _contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every media type of the request's body and of the answers."""
    for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from holder.get("content", {}).values()


def _parameters(ways: Ways) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [_LANGUAGE]
    if ways.keyed:
        found.append(_ONCE)
    if ways.method != "GET" and ways.tagged is not None:
        condition = {"type": "string", "examples": ['"5f3c"', "*"]}
        words = "The ETag of the state that the caller has seen."
        found.append(
            {"name": entity_tag.HEADER, "in": "header", "required": ways.guarded, "schema": condition}
            | {"description": words}
        )
    return found


def _sent(status: str, ways: Ways, public: bool) -> list[str]:
    """The headers of an answer."""
    found = [] if status == "401" or public else [rates.POLICY, rates.LEFT]
    if status.startswith("2"):
        found += ["ETag"] if ways.tagged is not None else []
        found += [once.REPLAYED] if ways.keyed else []
    found += ["Retry-After"] if status in ("429", "503") else []
    return found + (["WWW-Authenticate"] if status == "401" else [])


def _problem(status: int) -> dict[str, Any]:
    code, title = _CODES[status], title_of(status, "en")
    return {"type": TYPE + code, "title": title, "status": status, "code": code, "detail": title + "."}


def _add_parts(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _VALIDATION:
        schemas.pop(name, None)
    for model in (ErrorEntry, ProblemDocument):
        schema = model.model_json_schema(ref_template=_MODELS)
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    components["headers"] = _HEADERS
    components["securitySchemes"] = {
        KEY: {"type": "http", "scheme": "bearer", "description": "A member's API key (bk_...) or session (bs_...)."}
    }
