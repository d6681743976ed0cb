"""The one place that meets the CEL library: compiles one yes-or-no expression over typed facts and runs it.

What the library does that would hurt, and what is done about it here:
1. An error comes back as a value whose text is true in Python: only a real bool counts, else a Failure.
2. An absent value is an error, None too: absent facts are left out, every fact has a ``filled.<name>``.
3. Functions written in Python leak memory on every call: there are none; what must be computed is a fact.
4. Whole numbers and decimals do not compare: the author is told so in words.
5. ``has(x)`` on our flat dotted names silently means ``x``: it is refused, ``filled.x`` says it.
6. The extension for optional values has no memory budget: no extension is loaded.
7. A text ends at its first NUL character: one in a value is replaced, one in a source is refused.
8. An environment that has compiled nothing yet takes no dates and times: each compiles a word when it is made.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from cel_expr_python import cel

from core.engine.cel_reports import CelRejected, Failure, failure_of, issue, issues_of
from core.engine.formats import is_decimal
from core.engine.stays import place_of

FactType = Literal["text", "int", "money", "decimal", "date", "instant", "bool", "list"]

MAX_SOURCE = 4096  # bytes of UTF-8
FILLED = "filled."

_INT64 = 2**63
_TYPES: Mapping[FactType, cel.Type] = {
    "text": cel.Type.STRING,
    "int": cel.Type.INT,
    "money": cel.Type.INT,
    "decimal": cel.Type.DOUBLE,
    "date": cel.Type.TIMESTAMP,
    "instant": cel.Type.TIMESTAMP,
    "bool": cel.Type.BOOL,
    "list": cel.Type.List(cel.Type.STRING),
}
# String literals and comments, so that what they contain is not taken for code.
_LITERAL = re.compile(
    r"""[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')"""
    r"""|\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|//[^\n]*""",
    re.DOTALL,
)
_HAS = re.compile(r"(?<![\w.])has\s*\(")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The facts that a condition looks at, as places to be filled in; shared by all its programs."""

    environment: cel.Env

    @classmethod
    def of(cls, types: Mapping[str, FactType]) -> "Sheet":
        return cls(_environment(tuple(sorted(types.items()))))

    def filled_in(self, values: Mapping[str, object]) -> cel.Activation:
        """``values`` come from to_cel(), with their ``filled.`` companions; what is absent is left out."""
        return self.environment.Activation(dict(values))


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression and exactly the facts that it needs."""

    names: frozenset[str]
    expression: cel.Expression

    def run(self, sheet: cel.Activation) -> bool | Failure:
        """Evaluate over a filled-in sheet that has all ``names`` with the same types. Never raises."""
        try:
            answer = self.expression.eval(sheet).value()
        except (RuntimeError, ValueError, TypeError, OverflowError) as error:
            return failure_of(str(error))
        return answer if isinstance(answer, bool) else failure_of(str(answer))


def compile_cel(source: str, types: Mapping[str, FactType]) -> Program:
    """Compile a yes-or-no expression over the named facts. Raises CelRejected.

    The facts that it needs are found by asking the compiler: a name is needed if the source does not compile
    without it.
    """
    _refuse_early(source)
    _compile(source, types)
    squeezed = "".join(source.split())
    mentioned = {name: kind for name, kind in types.items() if name in squeezed}
    if not _compiles(source, mentioned):  # a comment inside a dotted name
        mentioned = dict(types)
    needed = {
        name: kind
        for name, kind in mentioned.items()
        if not _compiles(source, {other: mentioned[other] for other in mentioned if other != name})
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
    return _READERS[kind](value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    if not value.isascii():  # half a surrogate pair is no text, and the library fails on it
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value.replace("\0", "\ufffd")


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    if not -_INT64 <= value < _INT64:
        raise ValueError
    return value


def _decimal(value: object) -> float:
    if isinstance(value, str) and is_decimal(value):  # as a case keeps it
        return float(value)
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        raise TypeError
    return float(value)


def _date(value: object) -> datetime:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(day, date) or isinstance(day, datetime):
        raise TypeError
    return datetime.combine(day, time.min, UTC)


def _instant(value: object) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise TypeError
    return moment.astimezone(UTC)


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _list(value: object) -> list[str]:
    if not isinstance(value, list | tuple | set | frozenset):
        raise TypeError
    return [_text(place_of(member)) for member in value]  # of stays their places


_READERS: Mapping[FactType, Callable[[object], object]] = {
    "text": _text,
    "int": _whole,
    "money": _whole,
    "decimal": _decimal,
    "date": _date,
    "instant": _instant,
    "bool": _bool,
    "list": _list,
}


@lru_cache(maxsize=256)
def _environment(types: tuple[tuple[str, FactType], ...]) -> cel.Env:
    variables = {name: _TYPES[kind] for name, kind in types}
    found = cel.NewEnv(variables=variables | {FILLED + name: cel.Type.BOOL for name in variables})
    found.compile("true")  # or a sheet of it cannot be filled in with a date
    return found


def _compile(source: str, types: Mapping[str, FactType]) -> cel.Expression:
    environment = _environment(tuple(sorted(types.items())))
    try:
        expression = environment.compile(source)
    except (RuntimeError, ValueError, TypeError) as error:
        raise CelRejected(*issues_of(str(error), types)) from None
    if expression.return_type() != cel.Type.BOOL:
        found = expression.return_type().name().lower()
        zh, en = f"结果必须是“是/否”，现在是 {found}", f"must be yes or no, but is {found}"
        raise CelRejected(issue(1, 1, "not_bool", zh, en))
    return expression


def _compiles(source: str, types: Mapping[str, FactType]) -> bool:
    try:
        _compile(source, types)
    except CelRejected:
        return False
    return True


def _refuse_early(source: str) -> None:
    """Raises CelRejected for what the library would accept."""
    if (size := len(source.encode("utf-8", "replace"))) > MAX_SOURCE:
        zh, en = f"表达式 {size} 字节，上限 {MAX_SOURCE}", f"{size} bytes long, at most {MAX_SOURCE}"
        raise CelRejected(issue(1, 1, "too_long", zh, en))
    if (nul := source.find("\0")) >= 0:
        zh, en = "包含 NUL 字符，请删除", "contains a NUL character; remove it"
        raise CelRejected(issue(*_place(source, nul), "nul", zh, en))
    code = _LITERAL.sub(lambda literal: " " * len(literal[0]), source)
    if found := _HAS.search(code):
        zh, en = "不支持 has(),请写 filled.<字段名>", "has() is not supported; write filled.<fact name>"
        raise CelRejected(issue(*_place(source, found.start()), "has", zh, en))


def _place(source: str, index: int) -> tuple[int, int]:
    """Line and column of a character, from 1."""
    return source.count("\n", 0, index) + 1, index - source.rfind("\n", 0, index)
