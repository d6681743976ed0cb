"""The one place that meets the CEL library: compiles one yes-or-no expression over typed facts and runs it.

What the library does that would hurt, and what is done about it here:
1. An error comes back as a value whose text is true in Python: only a value of type BOOL counts, else a
   Failure.
2. An absent value is an error, None too: absent facts are left out, and every fact has a companion
   ``filled.<name>``.
3. Functions written in Python leak memory on every call: there are none; what must be computed is a fact.
4. Whole numbers and decimals do not compare: the author is told so in words.
5. ``has(x)`` on our flat dotted names silently means ``x``: it is refused, ``filled.x`` says it.
6. The extension for optional values has no memory budget: no extension is loaded.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from cel_expr_python import cel

from core.engine.text import Words

FactType = Literal["text", "int", "money", "decimal", "date", "instant", "bool", "list"]

MAX_SOURCE = 4096  # bytes of UTF-8
FILLED = "filled."

_TYPES = {
    "text": cel.Type.STRING,
    "int": cel.Type.INT,
    "money": cel.Type.INT,
    "decimal": cel.Type.DOUBLE,
    "date": cel.Type.TIMESTAMP,
    "instant": cel.Type.TIMESTAMP,
    "bool": cel.Type.BOOL,
    "list": cel.Type.List(cel.Type.STRING),
}
_TYPE_WORDS = {
    "int": ("整数", "whole number"),
    "double": ("小数", "decimal"),
    "string": ("文本", "text"),
    "bool": ("是/否", "yes/no"),
    "list(string)": ("列表", "list"),
    "google.protobuf.Timestamp": ("时间", "time"),
    "timestamp": ("时间", "time"),
    "google.protobuf.Duration": ("时长", "duration"),
    "duration": ("时长", "duration"),
    "null_type": ("空值", "null"),
}
_ISSUE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '(.*)'")
# String literals and comments, so that what they contain is not taken for code.
_LITERAL = re.compile(
    r"""[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')"""
    r"""|\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|//[^\n]*""",
    re.DOTALL,
)
_HAS = re.compile(r"(?<![\w.])has\s*\(")


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong with a source: 1-based line and column, and what to do about it."""

    line: int
    column: int
    code: str
    words: Words


class CelRejected(Exception):
    """The source is no condition over these facts; ``issues`` names all that was found."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__("; ".join(f"{issue.line}:{issue.column} {issue.words['en']}" for issue in issues))
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Failure:
    """The expression has no answer for these values; ``words`` says why without showing any value."""

    words: Words


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression and exactly the facts that it needs."""

    names: frozenset[str]
    expression: cel.Expression

    def run(self, values: Mapping[str, object]) -> bool | Failure:
        """Evaluate over values made by to_cel() and their ``filled.`` companions. Never raises."""
        try:
            answer = self.expression.eval(data=dict(values))
        except (RuntimeError, ValueError, TypeError, OverflowError) as error:
            return _failure(str(error))
        if answer.type() != cel.Type.BOOL:
            return _failure(str(answer.value()))
        return bool(answer.value())


def compile_cel(source: str, types: Mapping[str, FactType]) -> Program:
    """Compile a yes-or-no expression over the named facts. Raises CelRejected.

    The facts that it needs are found by asking the compiler: a name is needed if the source does not
    compile without.
    """
    _refuse_early(source)
    _compile(source, types)
    squeezed = "".join(source.split())
    mentioned = [name for name in types if name in squeezed] or list(types)
    if not _compiles(source, {name: types[name] for name in mentioned}):
        mentioned = list(types)
    needed = {
        name: types[name]
        for name in mentioned
        if not _compiles(source, {other: types[other] for other in mentioned if other != name})
    }
    return Program(frozenset(needed), _compile(source, needed))


def compile_over(source: str, name: str, kind: FactType) -> Program:
    """Compile a source that is known to need exactly one fact. Raises CelRejected."""
    _refuse_early(source)
    return Program(frozenset([name]), _compile(source, {name: kind}))


def to_cel(kind: FactType, value: object) -> object:
    """A fact's value as the library wants it. Raises TypeError or ValueError for one of another type.

    Dates become midnight UTC; a moment must know its zone; dates and moments may be ISO 8601 text.
    """
    match kind, value:
        case "text", str():
            return value.encode("utf-8", "replace").decode()
        case (("int" | "money"), int()) if not isinstance(value, bool):
            return value
        case "decimal", int() | float() | Decimal() if not isinstance(value, bool):
            return float(value)
        case "bool", bool():
            return value
        case "list", list() | tuple() | set() | frozenset():
            return [to_cel("text", member) for member in value]
        case (("date" | "instant"), str()):
            parse = date.fromisoformat if kind == "date" else datetime.fromisoformat
            return to_cel(kind, parse(value))
        case "instant", datetime() if value.tzinfo is not None:
            return value.astimezone(UTC)
        case "date", date() if not isinstance(value, datetime):
            return datetime.combine(value, time.min, UTC)
    raise TypeError(f"{type(value).__name__} is no {kind}")


@lru_cache(maxsize=128)
def _environment(types: tuple[tuple[str, FactType], ...]) -> cel.Env:
    variables = {name: _TYPES[kind] for name, kind in types}
    return cel.NewEnv(variables=variables | {FILLED + name: cel.Type.BOOL for name in variables})


def _compile(source: str, types: Mapping[str, FactType]) -> cel.Expression:
    environment = _environment(tuple(sorted(types.items())))
    try:
        expression = environment.compile(source)
    except (RuntimeError, ValueError, TypeError) as error:
        raise CelRejected(_issues(str(error), types)) from None
    if expression.return_type() != cel.Type.BOOL:
        found = expression.return_type().name().lower()
        raise CelRejected(
            (
                _issue(
                    1,
                    1,
                    "not_bool",
                    f"结果必须是“是/否”,现在是 {found}",
                    f"must be yes or no, but is {found}",
                ),
            )
        )
    return expression


def _compiles(source: str, types: Mapping[str, FactType]) -> bool:
    try:
        _compile(source, types)
    except CelRejected:
        return False
    return True


def _refuse_early(source: str) -> None:
    if (size := len(source.encode("utf-8", "replace"))) > MAX_SOURCE:
        zh, en = f"表达式 {size} 字节,上限 {MAX_SOURCE}", f"{size} bytes long, at most {MAX_SOURCE}"
        raise CelRejected((_issue(1, 1, "too_long", zh, en),))
    code = _LITERAL.sub(lambda literal: " " * len(literal[0]), source)
    if found := _HAS.search(code):
        line = source.count("\n", 0, found.start()) + 1
        column = found.start() - (source.rfind("\n", 0, found.start()) + 1) + 1
        zh, en = "不支持 has(),请写 filled.<字段名>", "has() is not supported; write filled.<fact name>"
        raise CelRejected((_issue(line, column, "has", zh, en),))


def _issue(line: int, column: int, code: str, zh: str, en: str) -> Issue:
    return Issue(line, column, code, {"zh-CN": zh, "en": en})


def _issues(message: str, types: Mapping[str, FactType]) -> tuple[Issue, ...]:
    """The library's report, one issue per line that is not only the consequence of another."""
    found = [
        _explain(int(line), int(column), text, types)
        for line, column, text in _ISSUE.findall(message)
        if "*error*" not in text
    ]
    if found:
        return tuple(found)
    if "recursion limit" in message:
        return (
            _issue(
                1, 1, "too_deep", "嵌套过深,请拆成几条", "nested too deeply; split it into several clauses"
            ),
        )
    return (_issue(1, 1, "refused", f"无法编译:{message[:200]}", f"does not compile: {message[:200]}"),)


def _explain(line: int, column: int, text: str, types: Mapping[str, FactType]) -> Issue:
    if match := _UNDECLARED.match(text):
        close = difflib.get_close_matches(match[1], types, n=1)
        zh, en = (f",是否想写 {close[0]}?", f"; did you mean {close[0]}?") if close else ("", "")
        return _issue(
            line, column, "undeclared", f"没有名为 {match[1]} 的字段{zh}", f"there is no fact {match[1]}{en}"
        )
    if match := _OVERLOAD.match(text):
        return _explain_overload(line, column, match[1].strip("_").replace("_", " ") or match[1], match[2])
    if text.startswith("Syntax error"):
        text = text.split(" expecting ")[0].removeprefix("Syntax error: ")[:200]
        return _issue(line, column, "syntax", f"语法错误:{text}", f"syntax error: {text}")
    return _issue(line, column, "refused", f"无法编译:{text[:200]}", f"does not compile: {text[:200]}")


def _explain_overload(line: int, column: int, operator: str, applied: str) -> Issue:
    kinds = (
        [part.strip() for part in applied.strip("()").split(", ")] if "list(" not in applied else [applied]
    )
    zh = "、".join(_TYPE_WORDS.get(kind, (kind, kind))[0] for kind in kinds)
    en = ", ".join(_TYPE_WORDS.get(kind, (kind, kind))[1] for kind in kinds)
    if {"int", "double"} <= set(kinds):
        return _issue(
            line,
            column,
            "number_mix",
            f"整数与小数不能用 {operator} 混算:整数字段写 2,小数字段写 2.0,金额写整数分;或用 double() 转换",
            f"a whole number and a decimal do not mix in {operator}: write 2 for a whole number field, 2.0 "
            "for a decimal one, money as whole minor units; or convert with double()",
        )
    return _issue(line, column, "types", f"{operator} 不能用于({zh})", f"{operator} does not work on ({en})")


def _failure(message: str) -> Failure:
    """Why there is no answer, in words of ours: the library's text may quote a client's value."""
    for sign, zh, en in (
        ("divide by zero", "除数为零", "division by zero"),
        ("modulus by zero", "除数为零", "division by zero"),
        ("budget", "计算量过大", "too much work"),
        ("No value with name", "有字段未填写", "a fact is not filled in"),
        ("overflow", "数值过大", "a number is too large"),
        ("too big", "数值过大", "a number is too large"),
    ):
        if sign in message:
            return Failure({"zh-CN": zh, "en": en})
    return Failure({"zh-CN": "无法计算", "en": "it cannot be worked out"})
