"""The description of the API (OpenAPI 3.1): what FastAPI derives, with our problems, key and permissions put right."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from admin_api.problem import MEDIA_TYPE, ErrorEntry, ProblemDocument
from admin_api.route import PREFIX

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
_VALIDATION: Final = ("HTTPValidationError", "ValidationError")  # the framework's own, which is never sent


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        for operation in operations(document):
            _put_right(operation)
        _add_parts(document)
        app.openapi_schema = document
    return app.openapi_schema


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of this API."""
    for path, item in document["paths"].items():
        if path.startswith(PREFIX):
            yield from item.values()


def _put_right(operation: dict[str, Any]) -> None:
    """Problems have their own media type; all but signing in wants a key; all knows the caller's language."""
    operation["security"] = [] if operation["x-permission"] == "anybody" else [{KEY: []}]
    operation["parameters"] = [*operation.get("parameters", []), _LANGUAGE]
    for status, response in operation["responses"].items():
        if status.startswith(("4", "5")):
            response["description"] = HTTPStatus(int(status)).phrase
            response["content"] = {MEDIA_TYPE: {"schema": _PROBLEM}}
    stray = operation["responses"].get("422")
    if stray is not None and "requestBody" not in operation and not _has_query(operation):
        del operation["responses"]["422"]  # the framework's answer to a bad id, which is a 404 here


def _has_query(operation: dict[str, Any]) -> bool:
    return any(parameter["in"] == "query" for parameter in operation["parameters"])


def _add_parts(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _VALIDATION:
        schemas.pop(name, None)
    for model in (ErrorEntry, ProblemDocument):
        schema = model.model_json_schema(ref_template=_MODELS)
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    components["securitySchemes"] = {
        KEY: {"type": "http", "scheme": "bearer", "description": "A member's API key (bk_...) or session (bs_...)."}
    }
