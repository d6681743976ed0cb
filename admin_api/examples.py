"""Examples for the API's description, made from what the schemas themselves say: one that fits each of them."""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
_REFERENCE: Final = "#/components/schemas/"
_TEXTS: Final = {
    "date-time": "2026-03-02T02:00:00.000Z",
    "date": "2026-03-02",
    "time": "09:00",
    "uri": "https://example.com/",
    "binary": "",
}


def example_of(schema: Schema, named: Mapping[str, Schema], above: tuple[str, ...] = ()) -> Any:
    """A value that fits the schema; ``named`` are the document's. A schema within itself is left out."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_REFERENCE)
        return example_of(named[name], named, (*above, name))
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("example", "const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return example_of(_first(schema[key], above), named, above)
    return _made(schema, named, above)


def _made(schema: Schema, named: Mapping[str, Schema], above: tuple[str, ...]) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, named, above)
        case "array":
            items = schema.get("items", {})
            return [] if _within(items, above) else [example_of(items, named, above)]
        case "string":
            return _TEXTS.get(schema.get("format", ""), "文本".ljust(schema.get("minLength", 0), "。"))
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
    return None


def _object(schema: Schema, named: Mapping[str, Schema], above: tuple[str, ...]) -> dict[str, Any]:
    found = {
        name: example_of(each, named, above)
        for name, each in schema.get("properties", {}).items()
        if not _within(each, above)
    }
    more = schema.get("additionalProperties")
    if not found and isinstance(more, Mapping):
        found = {"zh-CN": example_of(more, named, above)}
    return found


def _first(choices: list[Schema], above: tuple[str, ...]) -> Schema:
    """The first that is something; null where there is nothing else."""
    return next((each for each in choices if each.get("type") != "null" and not _within(each, above)), choices[-1])


def _within(schema: Schema, above: tuple[str, ...]) -> bool:
    return str(schema.get("$ref", "")).removeprefix(_REFERENCE) in above
