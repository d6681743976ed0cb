"""The reference page of the flow language, docs/flow-language.md, written from the spec that reads flows.

``python -m scripts.flow_language`` exits 1 when the committed page is not what the code says; ``--write`` writes it
(``make flow-language``).
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from core.catalog.language import described
from core.engine.spec_described import WORDS, Schema, parts_of

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "flow-language.md"
_HEAD: Final = """# The keys of the flow language

Every part of a flow file with its keys, their types, and which are required. This page is written from the code
(`make flow-language`); [the flow language](../flows/README.md) explains how the parts work together.

A `text` is any scalar. `words` are a text in every language, `{zh-CN: .., en: ..}`. A `span` is `30min`, `4h`, `2d`,
`3cd` or `2w`, with a sign where it is an offset. `${key}` puts in a parameter, everywhere but within `params`.
"""
_TYPES: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
_BOUNDS: Final = (("minimum", "≥ "), ("exclusiveMinimum", "> "), ("maximum", "≤ "))


def page() -> str:
    """The page as it is to be committed."""
    return "\n".join([_HEAD, *(line for name, part in parts_of(described()) for line in _section(name, part))])


def _section(name: str, part: Schema) -> Iterator[str]:
    yield f"## {name}\n"
    yield part["description"] + "\n"
    yield "| key | type | required | meaning |"
    yield "|---|---|---|---|"
    for key, value in part["properties"].items():
        needed = "yes" if key in part.get("required", ()) else ""
        meaning = value["description"] + _default(value)
        yield " | ".join((f"| `{key}`", _escaped(_type(value)), needed, _escaped(meaning))) + " |"
    yield ""


def _type(schema: Schema) -> str:
    """What a value is, in words, with a link to the part that it is."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "words" if name == WORDS else f"[{name}](#{name.lower()})"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return "one of " + " ".join(f"`{each}`" for each in schema["enum"])
    if choices := schema.get("anyOf", schema.get("oneOf")):
        return " or ".join(dict.fromkeys(_type(each) for each in choices))
    if schema.get("type") == "array":
        return "list of " + _type(schema["items"]) + _count(schema)
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return "mapping of keys to " + _type(inner) if isinstance(inner, dict) else "mapping"
    if schema.get("format") == "date":
        return "date"
    if "min|h|d" in schema.get("pattern", ""):
        return "span"
    if "pattern" in schema:
        return f"text like `{schema['pattern']}`"
    return _TYPES.get(schema.get("type", ""), "anything") + _bounds(schema)


def _bounds(schema: Schema) -> str:
    told = [f"{sign}{schema[name]}" for name, sign in _BOUNDS if name in schema]
    return f" ({', '.join(told)})" if told else ""


def _count(schema: Schema) -> str:
    least, most = schema.get("minItems"), schema.get("maxItems")
    return (f", at least {least}" if least else "") + (f", at most {most}" if most else "")


def _default(schema: Schema) -> str:
    """What holds where the key is absent; nothing for what is then empty."""
    value: Any = schema.get("default")
    if value in (None, "", [], {}):
        return ""
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f" Absent: `{shown}`."


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main(arguments: list[str]) -> int:
    if "--write" in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == page():
        return 0
    print(f"{PAGE.name} is not what the code says: run `make flow-language`")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
