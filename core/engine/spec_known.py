"""Which keys may stand at a place of what was validated, and which of many names are like one that is not there."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

MOST: Final = 12  # names that a problem lists


def nearest(name: str, known: Collection[str], most: int = MOST) -> list[str]:
    """The known names, all of them in their order if they are few, else those that are most like the name."""
    if len(known) <= most:
        return list(known)
    return sorted(known, key=lambda each: (-SequenceMatcher(None, name.lower(), each.lower()).ratio(), each))[:most]


def keys_at(schema: Mapping[str, Any], loc: Sequence[str | int]) -> list[str]:
    """The keys of the mapping that an error's place leads to, without its last part. ``schema``: of pydantic.

    Parts of the place that name no key are members of a union, which stand for themselves.
    """
    definitions: dict[str, Any] = {}
    here = list(_bare(schema, definitions))
    for part in loc[:-1]:
        below = [inner for each in here for inner in _below(each, part)]
        if below:
            here = [bare for each in below for bare in _bare(each, definitions)]
    fields = [each["fields"] for each in here if each["type"] == "model-fields"]
    return list(dict.fromkeys(str(_alias(name, field)) for each in fields for name, field in each.items()))


def _alias(name: str, field: Mapping[str, Any]) -> object:
    return field.get("validation_alias", name)


def _below(schema: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    kind = schema["type"]
    if kind == "model-fields" and isinstance(part, str):
        yield from (field["schema"] for name, field in schema["fields"].items() if part in (name, _alias(name, field)))
    elif kind == "list" and isinstance(part, int):
        yield schema["items_schema"]
    elif kind == "tuple" and isinstance(part, int):
        yield from schema["items_schema"]
    elif kind == "dict" and "values_schema" in schema:
        yield schema["values_schema"]


def _bare(schema: Mapping[str, Any], definitions: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Without what is wrapped around: defaults, validators, models; of a union every member."""
    kind = schema["type"]
    if kind == "definitions":
        definitions |= {each["ref"]: each for each in schema["definitions"]}
    if kind == "definition-ref":
        if (known := definitions.get(schema["schema_ref"])) is not None:
            yield from _bare(known, definitions)
    elif kind in ("union", "tagged-union"):
        choices = schema["choices"].values() if isinstance(schema["choices"], dict) else schema["choices"]
        for each in choices:
            yield from _bare(each[0] if isinstance(each, tuple) else each, definitions)
    elif kind == "json-or-python":
        yield from _bare(schema["python_schema"], definitions)
    elif "schema" in schema:
        yield from _bare(schema["schema"], definitions)
    else:
        yield schema
