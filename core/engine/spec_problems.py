"""Turns the validator's errors into problems that an author can act on, at places that exist in what was sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.engine.pointer import descend, join
from core.engine.spec_known import MOST, keys_at, nearest
from core.kit.errors import Problem

# Error type of pydantic -> our code and the sentence in zh-CN and en; {name} is the key, the others come from ctx.
_SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "missing": ("shape.missing", "缺少“{name}”。", '"{name}" is missing.'),
    "extra_forbidden": ("shape.unknown_key", "没有“{name}”这个键。", 'There is no key "{name}" here.'),
    "string_type": ("shape.text", "“{name}”应为文本。", '"{name}" must be a text.'),
    "int_parsing": ("shape.int", "“{name}”应为整数。", '"{name}" must be a whole number.'),
    "int_type": ("shape.int", "“{name}”应为整数。", '"{name}" must be a whole number.'),
    "float_parsing": ("shape.number", "“{name}”应为数字。", '"{name}" must be a number.'),
    "float_type": ("shape.number", "“{name}”应为数字。", '"{name}" must be a number.'),
    "finite_number": ("shape.number", "“{name}”应为有限的数字。", '"{name}" must be a finite number.'),
    "bool_parsing": ("shape.bool", "“{name}”应为 true 或 false。", '"{name}" must be true or false.'),
    "bool_type": ("shape.bool", "“{name}”应为 true 或 false。", '"{name}" must be true or false.'),
    "literal_error": ("shape.choice", "“{name}”只能是 {expected}。", '"{name}" must be one of {expected}.'),
    "tuple_type": ("shape.list", "“{name}”应为列表。", '"{name}" must be a list.'),
    "list_type": ("shape.list", "“{name}”应为列表。", '"{name}" must be a list.'),
    "dict_type": ("shape.mapping", "“{name}”应为“键：值”。", '"{name}" must be a mapping of keys to values.'),
    "model_type": ("shape.mapping", "“{name}”应为“键：值”。", '"{name}" must be a mapping of keys to values.'),
    "model_attributes_type": (
        "shape.mapping",
        "“{name}”应为“键：值”。",
        '"{name}" must be a mapping of keys to values.',
    ),
    "too_short": ("shape.too_short", "“{name}”至少 {min_length} 项。", '"{name}" needs at least {min_length}.'),
    "greater_than": ("shape.range", "“{name}”须大于 {gt}。", '"{name}" must be more than {gt}.'),
    "greater_than_equal": ("shape.range", "“{name}”不得小于 {ge}。", '"{name}" must be at least {ge}.'),
    "less_than_equal": ("shape.range", "“{name}”不得大于 {le}。", '"{name}" must be at most {le}.'),
    "union_tag_invalid": ("shape.choice", "“{tag}”不在 {expected_tags} 之中。", '"{tag}" is none of {expected_tags}.'),
    "union_tag_not_found": ("shape.missing", "缺少“kind”。", '"kind" is missing.'),
}
_DATES = ("date_from_datetime_parsing", "date_parsing", "date_type", "date_from_datetime_inexact")


def problems_of(
    error: ValidationError, document: object, at: str = "", schema: Mapping[str, Any] | None = None
) -> list[Problem]:
    """One problem per mistake. ``document`` is what was validated; ``at`` is its own pointer in what was sent;
    ``schema``: pydantic's core schema of what was wanted, so that an unknown key is told with those that there are."""
    return told(error.errors(include_url=False), document, at, schema)


def told(
    errors: Iterable[ErrorDetails], document: object, at: str = "", schema: Mapping[str, Any] | None = None
) -> list[Problem]:
    """As problems_of(). A value that fits no member of a union gives one problem, not one per member."""
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for found in errors:
        loc = found["loc"]
        pointer = join(at, *descend(document, loc))
        name = str(loc[-1]) if found["type"] in ("missing", "extra_forbidden") and loc else pointer.rpartition("/")[2]
        mark = (pointer, name if found["type"] == "missing" else "")
        if found["type"] == "is_instance_of" or mark in seen:
            continue
        seen.add(mark)
        problems.append(_problem(pointer, name or "/", found, schema))
    # The validator counts only the members that are right: a list is not too short because one of them is wrong.
    return [each for each in problems if each.code != "shape.too_short" or not _below(each.pointer, problems)]


def _below(pointer: str, problems: Iterable[Problem]) -> bool:
    return any(each.pointer.startswith(pointer + "/") for each in problems)


def besides(earlier: Iterable[Problem], later: Iterable[Problem]) -> list[Problem]:
    """The later problems at other places than the earlier ones, of which they would only be the consequence."""
    places = {problem.pointer for problem in earlier}
    return [problem for problem in later if problem.pointer not in places]


def _problem(pointer: str, name: str, found: ErrorDetails, schema: Mapping[str, Any] | None) -> Problem:
    kind = found["type"]
    context: Mapping[str, Any] = found.get("ctx", {})
    if kind in _DATES:
        zh, en = f"“{name}”应为日期，如 2026-05-01。", f'"{name}" must be a date such as 2026-05-01.'
        return Problem(pointer, "shape.date", {"zh-CN": zh, "en": en})
    if kind in _SENTENCES:
        code, zh, en = _SENTENCES[kind]
        more = _there_are(name, found, schema) if kind == "extra_forbidden" and schema is not None else ("", "")
        words = {"zh-CN": _put(zh, name, context) + more[0], "en": _put(en, name, context) + more[1]}
        return Problem(pointer, code, words)
    reason = str(context.get("error", found["msg"]))
    zh, en = f"“{name}”不合要求：{reason}", f'"{name}" is not right: {reason}'
    return Problem(pointer, "shape.value", {"zh-CN": zh, "en": en})


def _there_are(name: str, found: ErrorDetails, schema: Mapping[str, Any]) -> tuple[str, str]:
    """The keys that may stand there: all, or those that are most like what was written."""
    known = keys_at(schema, found["loc"])
    if not known:
        return "", ""
    listed = ", ".join(nearest(name, known))
    if len(known) > MOST:
        return f"相近的键：{listed}。", f" Nearest keys: {listed}."
    return f"可用的键：{listed}。", f" Keys here: {listed}."


def _put(sentence: str, name: str, context: Mapping[str, Any]) -> str:
    """Fill by plain replacement: what an author wrote is never taken for a format."""
    for key, value in context.items():
        sentence = sentence.replace("{" + key + "}", str(value))
    return sentence.replace("{name}", name)
