"""The flow language described as JSON Schema (draft 2020-12), made from the classes that read it.

This is the plain form, in which every value has the type that it means; the reference page is written from it, and
``core.engine.spec_schema`` makes of it what editors check a file with.
"""

from collections.abc import Collection, Iterator, Mapping
from inspect import cleandoc
from typing import Any, Final

from pydantic import BaseModel

from core.engine.flow import Flow
from core.engine.spec_meanings import KIND, MEANINGS
from core.engine.text import LANGUAGES

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
PART: Final = "#/$defs/{}"
WORDS: Final = "Words"
_ANY_TEXTS: Final = {"type": "object", "additionalProperties": {"type": "string"}}
_FREE: Final = frozenset({"meta", "gives", "kinds"})  # keys and values of the author's own, no texts in two languages


def describe(actions: Mapping[str, type[BaseModel]], events: Collection[str], told: Mapping[str, str]) -> Schema:
    """The whole language. ``actions``: the models of their arguments; ``told``: what each action does, by its name.

    Raises LookupError when a key has no meaning in ``spec_meanings``, or a meaning no key.
    """
    language = Flow.model_json_schema()
    parts: dict[str, Schema] = language.pop("$defs")
    for name, model in actions.items():
        args = model.model_json_schema()
        parts |= args.pop("$defs", {})
        parts[name] = {**args, "title": name, "description": told[name]}
    parts["Rule"]["properties"]["on"] = {"type": "string", "enum": sorted(events)}
    parts["At"]["properties"]["until"]["items"] = {"type": "string", "enum": sorted(events)}
    parts["ActionCall"] = _call(parts["ActionCall"], parts, sorted(actions))
    for name, part in {"Flow": language, **parts}.items():
        part["description"] = cleandoc(part["description"]).replace("``", "`")
        for key in part["properties"]:
            part["properties"][key] = _put_right(key, part["properties"][key])
        _explain(name, part)
    if idle := set(MEANINGS) - {"Flow", *parts}:
        raise LookupError(f"meanings of parts that there are not: {sorted(idle)}")
    parts[WORDS] = _words()
    return {"$schema": DIALECT, **language, "title": "Flow", "$defs": dict(sorted(parts.items()))}


def parts_of(described: Schema) -> Iterator[tuple[str, Schema]]:
    """Every part that has keys of its own: the flow first, then each where it is first named."""
    seen: list[str] = []
    waiting = [("Flow", {key: value for key, value in described.items() if key != "$defs"})]
    while waiting:
        name, part = waiting.pop(0)
        yield name, part
        for found in _named(part):
            if found not in seen and found != WORDS:
                seen.append(found)
                waiting.append((found, described["$defs"][found]))


def _named(node: object) -> Iterator[str]:
    """The parts that a piece of schema refers to, in its order."""
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            yield reference.rpartition("/")[2]
        for key, member in node.items():
            if key != "discriminator":
                yield from _named(member)
    elif isinstance(node, list):
        for member in node:
            yield from _named(member)


def _call(call: Schema, parts: Mapping[str, Schema], actions: Collection[str]) -> Schema:
    """An action goes with the arguments of its own."""
    choices = []
    for name in actions:
        needed = ["args"] if parts[name].get("required") else []
        own = {"action": {"const": name}, "args": {"$ref": PART.format(name)}}
        choices.append({"properties": own, "required": ["action", *needed]})
    properties = {**call["properties"], "action": {"type": "string", "enum": list(actions)}}
    return {**call, "properties": properties, "anyOf": choices}


def _put_right(key: str, schema: Schema) -> Schema:
    """What the classes cannot say: a text has two languages, and what is absent is not written as null.

    The title, which would only repeat the key, is left out.
    """
    if key not in _FREE:
        schema = _with_words(schema)
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "title")}
    if rest.get("default", ...) is None:
        del rest["default"]
    if len(choices) == 1:
        return {**choices[0], **rest}
    return {**rest, "anyOf": choices} if choices else rest


def _with_words(schema: Schema) -> Schema:
    if {name: schema.get(name) for name in _ANY_TEXTS} == _ANY_TEXTS:
        return {"$ref": PART.format(WORDS)}
    if isinstance(inner := schema.get("additionalProperties"), dict):
        return {**schema, "additionalProperties": _with_words(inner)}
    if "anyOf" in schema:
        return {**schema, "anyOf": [_with_words(each) for each in schema["anyOf"]]}
    return schema


def _explain(name: str, part: Schema) -> None:
    meanings = {**MEANINGS.get(name, {})}
    if "const" in part["properties"].get("kind", {}):
        meanings["kind"] = KIND
    if different := meanings.keys() ^ part["properties"].keys():
        raise LookupError(f"{name} in core/engine/spec_meanings.py and in the spec differ: {sorted(different)}")
    for key, meaning in meanings.items():
        part["properties"][key]["description"] = meaning


def _words() -> Schema:
    return {
        "title": WORDS,
        "description": "A text that people read, in every language.",
        "type": "object",
        "properties": {language: {"type": "string"} for language in LANGUAGES},
        "required": [*LANGUAGES],
        "additionalProperties": False,
    }
