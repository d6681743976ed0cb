"""What the validator finds wrong with a request, as problems at places that exist in what was sent."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from pydantic_core import ErrorDetails

from core.engine.pointer import descend, join
from core.engine.spec_problems import told
from core.kit.errors import Problem

# Error type of pydantic -> our code and the sentence in zh-CN and en; what is not here is told by the engine's table.
_SENTENCES: Final[Mapping[str, tuple[str, str, str]]] = {
    "string_too_short": ("short", "“{name}”至少 {min_length} 个字符。", '"{name}" needs {min_length} character(s).'),
    "string_too_long": ("long", "“{name}”最多 {max_length} 个字符。", '"{name}" takes up to {max_length} characters.'),
    "too_long": ("long", "“{name}”最多 {max_length} 项。", '"{name}" takes up to {max_length} entries.'),
    "string_pattern_mismatch": ("pattern", "“{name}”的格式应为 {pattern}。", '"{name}" must look like {pattern}.'),
    "int_from_float": ("int", "“{name}”应为整数。", '"{name}" must be a whole number.'),
    "nul": (
        "plain",
        "“{name}”含有不允许的字符或过大的数。",
        '"{name}" holds a character that cannot be kept, or a number above 64 bits.',
    ),
    "string_unicode": ("text", "“{name}”应为文本。", '"{name}" must be a text.'),
    "moment": (
        "moment",
        "“{name}”换算为 UTC 后应在 1 年至 9999 年之间。",
        '"{name}" must lie between the years 1 and 9999 in UTC.',
    ),
    "id": ("id", "“{name}”应为由数字组成的编号文本。", '"{name}" must be an id: digits, as a text.'),
    "model_attributes_type": (
        "mapping",
        "请以 JSON 对象发送内容（Content-Type: application/json）。",
        "Send a JSON object (Content-Type: application/json).",
    ),
}


def problems_at(errors: Iterable[Any], where: str, document: object) -> list[Problem]:
    """One problem per mistake in one part of a request: ``where`` is "body" or "query", the head of each place.

    A value that fits no member of a union gives one problem. A missing key is told at the object that lacks it.
    """
    problems: dict[tuple[str, str], Problem] = {}
    for error in errors:
        if error["loc"][:1] != (where,):
            continue
        found = cast(ErrorDetails, {**error, "loc": tuple(error["loc"][1:])})
        missing = str(found["loc"][-1]) if found["type"] == "missing" and found["loc"] else ""
        for problem in _told(found, document):
            problems.setdefault((problem.pointer, missing), problem)
    return list(problems.values())


def _told(found: ErrorDetails, document: object) -> list[Problem]:
    pointer = join("", *descend(document, found["loc"]))
    known = _SENTENCES.get(found["type"])
    if known is None or (found["type"] == "model_attributes_type" and pointer):
        return told([found], document)
    code, zh, en = known
    context: Mapping[str, Any] = {**found.get("ctx", {}), "name": pointer.rpartition("/")[2] or "/"}
    return [Problem(pointer, f"shape.{code}", {"zh-CN": _put(zh, context), "en": _put(en, context)})]


def _put(sentence: str, context: Mapping[str, Any]) -> str:
    """Fill by plain replacement, the name last: what a caller wrote is never taken for a format."""
    for key, value in context.items():
        sentence = sentence.replace("{" + key + "}", str(value))
    return sentence
