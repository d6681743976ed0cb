"""Whether the API's description has changed so that programs written for the last release break.

``python -m scripts.api_changes`` compares docs/openapi.json with the code and exits 1 when they would;
``--write`` makes the code's description the released one (``make openapi``). A change that breaks is accepted by
raising the first number of VERSION in admin_api/openapi.py, then ``make openapi``.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

RELEASED: Final = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"
ACCEPT: Final = "To accept: raise the first number of VERSION in admin_api/openapi.py, then run `make openapi`."
_SCHEMAS: Final = "#/components/schemas/"
_UPPER: Final = ("maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum")
_LOWER: Final = ("minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum")
Document = Mapping[str, Any]


def breaking(old: Document, new: Document) -> list[str]:
    """What breaks whoever was written for the old description, one sentence each; empty when nothing does."""
    return list(dict.fromkeys(_Comparison(old, new).run()))


def accepted(old: Document, new: Document) -> bool:
    """Whether the new description says itself that it breaks: the first number of its version was raised."""
    return _major(new) > _major(old)


def written(document: Document) -> str:
    """The description as it is committed: keys in order, so that a difference is what has changed."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _major(document: Document) -> int:
    return int(str(document["info"]["version"]).partition(".")[0])


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new

    def run(self) -> Iterator[str]:
        for path, item in self._old["paths"].items():
            for method, before in item.items():
                name, after = f"{method.upper()} {path}", self._new["paths"].get(path, {}).get(method)
                if after is None:
                    yield f"{name}: removed"
                    continue
                if before["operationId"] != after["operationId"]:
                    yield f"{name}: operationId {before['operationId']} is now {after['operationId']}"
                if before.get("x-permission") != after.get("x-permission"):
                    yield f"{name}: needs {after.get('x-permission')} instead of {before.get('x-permission')}"
                yield from self._parameters(name, before, after)
                yield from self._request(name, before.get("requestBody", {}), after.get("requestBody", {}))
                yield from self._responses(name, before["responses"], after["responses"])

    def _parameters(self, name: str, before: Document, after: Document) -> Iterator[str]:
        known = {(each["in"], each["name"]): each for each in before.get("parameters", ())}
        given = {(each["in"], each["name"]): each for each in after.get("parameters", ())}
        for key in known.keys() - given.keys():
            yield f"{name}: parameter {key[1]} removed"
        for key, each in given.items():
            if each.get("required") and not known.get(key, {}).get("required"):
                yield f"{name}: parameter {key[1]} is required now"
            if key in known:
                yield from self._narrowed(f"{name}: parameter {key[1]}", known[key]["schema"], each["schema"])

    def _request(self, name: str, before: Document, after: Document) -> Iterator[str]:
        if after.get("required") and not before.get("required"):
            yield f"{name}: a body is required now"
        for kind, content in before.get("content", {}).items():
            if kind not in after.get("content", {}):
                yield f"{name}: body {kind} is not taken any more"
                continue
            yield from self._narrowed(f"{name}: body", content["schema"], after["content"][kind]["schema"])

    def _responses(self, name: str, before: Document, after: Document) -> Iterator[str]:
        for status, answer in before.items():
            if status not in after:
                yield f"{name}: {status} removed"
                continue
            contents = after[status].get("content", {})
            for kind, content in answer.get("content", {}).items():
                if kind not in contents:
                    yield f"{name}: {status} is not {kind} any more"
                    continue
                # an answer may say less than before as little as a request may be asked for more
                yield from self._widened(f"{name}: {status}", content["schema"], contents[kind]["schema"])

    def _narrowed(self, where: str, old: Document, new: Document, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """What was sent and would be refused now."""
        old, new, seen, again = self._resolved(old, new, seen)
        if again:
            return
        yield from _types(where, old, new, "does not take")
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield f"{where}: {name} is required now"
        yield from _tighter(where, old, new)
        known, given = old.get("properties", {}), new.get("properties", {})
        for name, schema in known.items():
            if name in given:
                yield from self._narrowed(f"{where}.{name}", schema, given[name], seen)
            elif new.get("additionalProperties") is False:
                yield f"{where}: {name} is not taken any more"
        if isinstance(old.get("items"), Mapping) and isinstance(new.get("items"), Mapping):
            yield from self._narrowed(f"{where}[]", old["items"], new["items"], seen)

    def _widened(self, where: str, old: Document, new: Document, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """What was always there and may be missing or something else now."""
        old, new, seen, again = self._resolved(old, new, seen)
        if again:
            return
        yield from _types(where, new, old, "may be")
        given = new.get("properties", {})
        for name, schema in old.get("properties", {}).items():
            if name not in given:
                yield f"{where}: {name} removed"
                continue
            if name in old.get("required", ()) and name not in new.get("required", ()):
                yield f"{where}: {name} may be missing now"
            yield from self._widened(f"{where}.{name}", schema, given[name], seen)
        if isinstance(old.get("items"), Mapping) and isinstance(new.get("items"), Mapping):
            yield from self._widened(f"{where}[]", old["items"], new["items"], seen)

    def _resolved(
        self, old: Document, new: Document, seen: frozenset[str]
    ) -> tuple[Document, Document, frozenset[str], bool]:
        """Both without references, as what they may be beside null; and whether this pair was met before."""
        old, new = _beside_null(old), _beside_null(new)
        mark = f"{old.get('$ref', '')} {new.get('$ref', '')}"
        if mark.strip() and mark in seen:
            return old, new, seen, True
        return _found(self._old, old), _found(self._new, new), seen | {mark}, False


def _beside_null(schema: Document) -> Document:
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return {**choices[0], "x-null": len(choices) < len(schema["anyOf"])} if len(choices) == 1 else schema


def _found(document: Document, schema: Document) -> Document:
    while "$ref" in schema:
        named = document["components"]["schemas"][str(schema["$ref"]).removeprefix(_SCHEMAS)]
        schema = {**named, "x-null": schema.get("x-null", False)}
    return schema


def _types(where: str, wide: Document, narrow: Document, verb: str) -> Iterator[str]:
    """What the wide one allows and the narrow one does not: its type, null, a choice, a member of its enum."""
    if wide.get("x-null") and not narrow.get("x-null"):
        yield f"{where}: {verb} null now"
    if "type" in narrow and "type" in wide and narrow["type"] != wide["type"]:
        if not (verb == "does not take" and (wide["type"], narrow["type"]) == ("integer", "number")):
            yield f"{where}: {narrow['type'] if verb == 'may be' else wide['type']} became another type"
        return
    if "enum" in narrow:
        for value in [each for each in wide.get("enum", ["anything else"]) if each not in narrow["enum"]]:
            yield f"{where}: {verb} {value!r} now"
    choices = {json.dumps(each, sort_keys=True) for each in narrow.get("anyOf", ())}
    for each in wide.get("anyOf", ()):
        if choices and json.dumps(each, sort_keys=True) not in choices:
            yield f"{where}: {verb} {each.get('$ref', each.get('type'))} now"


def _tighter(where: str, old: Document, new: Document) -> Iterator[str]:
    for name in (*_UPPER, *_LOWER):
        if name in new and (name not in old or (new[name] < old[name] if name in _UPPER else new[name] > old[name])):
            yield f"{where}: {name} is {new[name]} now"
    for name in ("pattern", "format"):
        if name in new and new[name] != old.get(name):
            yield f"{where}: {name} is {new[name]} now"


def described() -> dict[str, Any]:
    """The description of the code as it is."""
    from admin_api.app import document

    return document()


def main(arguments: list[str]) -> int:
    new = described()
    if "--write" in arguments:
        RELEASED.write_text(written(new), encoding="utf-8")
        print(f"{RELEASED.name} is version {new['info']['version']} of the API")
        return 0
    old = json.loads(RELEASED.read_text(encoding="utf-8"))
    found = breaking(old, new)
    for each in found:
        print(each)
    if found and not accepted(old, new):
        print(ACCEPT)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
