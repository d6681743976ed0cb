"""The JSON Schema that an editor checks a flow file with, made from the description of the language.

A file is read with every scalar as text, but an editor sees numbers, yes and no, and nothing where nothing is written.
So every value may come as the type that it means or as a text that says it, and ``${key}`` may stand for anything that
is not within ``params``. What a text says is looked at where a pattern can: limits of numbers hold for real numbers.
"""

from typing import Any, Final

from core.engine.spec_described import Schema

_PUT_IN: Final = r"\$\{[a-z][a-z0-9_]*(\.keys)?\}"
_WHOLE: Final = f"^{_PUT_IN}$"
_INT: Final = r"^\s*[+-]?[0-9][0-9_]*(\.0*)?\s*$"
_NUMBER: Final = r"^\s*[+-]?([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
_YES_NO: Final = "^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[yY][eE][sS]|[nN][oO]|[oO][nN]|[oO][fF][fF]|[tTfFyYnN01])$"
_DATE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SCALAR: Final = ["string", "number", "boolean", "null"]
_BELOW: Final = ("items", "additionalProperties")
_CHOICES: Final = ("anyOf", "oneOf")
_OUTSIDE: Final = ("Param",)  # nothing is put in within params


def editors_schema(described: Schema) -> Schema:
    """What ``core.engine.spec_described.describe`` gives, for files as editors see them."""
    schema = _below(described, filled=True)
    schema["properties"]["params"] = _below(described["properties"]["params"], filled=False)
    parts = {name: _lenient(part, filled=name not in _OUTSIDE) for name, part in described["$defs"].items()}
    return {**schema, "$defs": parts}


def _below(schema: Schema, *, filled: bool) -> Schema:
    """The same with everything within it made lenient."""
    made = {name: value for name, value in schema.items() if name != "discriminator"}
    if "properties" in made:
        made["properties"] = {key: _lenient(value, filled=filled) for key, value in made["properties"].items()}
    for name in _BELOW:
        if name in made:
            made[name] = _lenient(made[name], filled=filled)
    for name in _CHOICES:
        if name in made:  # several may fit where a parameter stands for a whole part
            made["anyOf"] = _without_idle([_lenient(each, filled=filled) for each in made.pop(name)])
    return made


def _without_idle(choices: list[Schema]) -> list[Schema]:
    """Where any text will do, numbers and yes or no are nothing further."""
    if {"type": _SCALAR} not in choices:
        return choices
    return [each for each in choices if not {"integer", "number"} & {*each.get("type", ())} or each["type"] == _SCALAR]


def _lenient(schema: Any, *, filled: bool) -> Any:
    """`filled`: whether a parameter may stand here."""
    if not isinstance(schema, dict):
        return schema
    made = _below(schema, filled=filled)
    if "enum" in made or "const" in made:
        return _chosen(made, filled=filled)
    kind = made.get("type")
    if kind in ("object", "array"):
        return {**made, "type": [kind, "string"], "pattern": _WHOLE} if filled else made
    if kind == "integer":
        return {**made, "type": [kind, "string"], "pattern": _or_put_in(_INT, filled)}
    if kind == "number":
        return {**made, "type": [kind, "string"], "pattern": _or_put_in(_NUMBER, filled)}
    if kind == "boolean":
        said = {"pattern": _or_put_in(_YES_NO, filled), "minimum": 0, "maximum": 1}
        return {**made, "type": [kind, "integer", "string"], **said}
    if kind == "string":
        return _text(made, filled=filled)
    return made


def _chosen(schema: Schema, *, filled: bool) -> Schema:
    if not filled:
        return schema
    names = ("enum", "const", "type")
    choice = {name: schema[name] for name in names if name in schema}
    rest = {name: value for name, value in schema.items() if name not in names}
    return {**rest, "anyOf": [choice, {"type": "string", "pattern": _PUT_IN}]}


def _text(schema: Schema, *, filled: bool) -> Schema:
    """Any scalar is a text, unless its form is settled."""
    pattern = _DATE if schema.get("format") == "date" else schema.get("pattern")
    if pattern is None:
        return {**schema, "type": _SCALAR}
    return {**schema, "pattern": _or_put_in(pattern, filled)}


def _or_put_in(pattern: str, filled: bool) -> str:
    return f"{pattern}|{_PUT_IN}" if filled else pattern
