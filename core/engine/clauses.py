"""Clauses that a form editor can write, ``field op value``: their CEL source and their sentence."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from core.engine.cel import FILLED, FactType
from core.engine.text import Words, one_form

Op = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "contains", "filled", "empty", "is_true", "is_false", "within"
]

PATH_PREFIX = "path."  # + table + "." + field key: the row that the field names, and those that it lies in

TAGS = "client.tags"  # a list of words in one form, see one_form(); a client without tags has an empty one

_ANY: frozenset[FactType] = frozenset(["text", "int", "money", "decimal", "date", "instant", "bool", "list"])
_SINGLE = _ANY - {"list"}
_ORDERED: frozenset[FactType] = frozenset(["int", "money", "decimal", "date", "instant"])
_YES_NO: frozenset[FactType] = frozenset(["bool"])
_INT64 = 2**63


class WrongClause(Exception):
    """The clause makes no sense for this fact: ``part`` (op or value) is to be mended as ``words`` say."""

    def __init__(self, part: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.part = part
        self.words: Words = {"zh-CN": zh, "en": en}


@dataclass(frozen=True, slots=True)
class _Operator:
    takes: Literal["nothing", "one", "many"]
    types: frozenset[FactType]
    source: str  # {name} and {value} are put in by replace, never by format
    zh: str
    en: str


_OPERATORS: dict[str, _Operator] = {
    "eq": _Operator("one", _SINGLE, "{name} == {value}", "等于", "is"),
    "ne": _Operator("one", _SINGLE, "{name} != {value}", "不等于", "is not"),
    "lt": _Operator("one", _ORDERED, "{name} < {value}", "小于", "is less than"),
    "le": _Operator("one", _ORDERED, "{name} <= {value}", "不大于", "is at most"),
    "gt": _Operator("one", _ORDERED, "{name} > {value}", "大于", "is more than"),
    "ge": _Operator("one", _ORDERED, "{name} >= {value}", "不小于", "is at least"),
    "in": _Operator("many", _SINGLE, "{name} in {value}", "属于", "is one of"),
    "not_in": _Operator("many", _SINGLE, "!({name} in {value})", "不属于", "is none of"),
    "contains": _Operator("one", frozenset(["text", "list"]), "", "包含", "contains"),
    "filled": _Operator("nothing", _ANY, FILLED + "{name}", "已填写", "is filled in"),
    "empty": _Operator("nothing", _ANY, "!" + FILLED + "{name}", "为空", "is empty"),
    "is_true": _Operator("nothing", _YES_NO, "{name}", "为“是”", "is yes"),
    "is_false": _Operator("nothing", _YES_NO, "!{name}", "为“否”", "is no"),
    "within": _Operator("one", frozenset(["list"]), "", "位于", "lies in"),
}
_TIME_WORDS = {
    "lt": ("早于", "is before"),
    "le": ("不晚于", "is not after"),
    "gt": ("晚于", "is after"),
    "ge": ("不早于", "is not before"),
}
_TYPE_WORDS: dict[FactType, tuple[str, str]] = {
    "text": ("文本", "a text"),
    "int": ("整数", "a whole number"),
    "money": ("以分为单位的整数金额", "an amount in whole minor units (fen, cents)"),
    "decimal": ("数字", "a number"),
    "date": ("日期，如 2026-05-01", "a date such as 2026-05-01"),
    "instant": (
        "带时区的时间，如 2026-05-01T09:00:00+08:00",
        "a time with zone such as 2026-05-01T09:00:00+08:00",
    ),
    "bool": ("true 或 false", "true or false"),
    "list": ("列表", "a list"),
}


def source_of(field: str, kind: FactType, op: str, value: object) -> str:
    """The CEL source of a clause. Raises WrongClause for an operator or value that does not fit the fact."""
    operator = _fitting(kind, op, value)
    if op in ("contains", "within"):
        literal = _literal("text", one_form(value) if field == TAGS and isinstance(value, str) else value)[0]
        return f"{literal} in {field}" if kind == "list" else f"{field}.contains({literal})"
    if operator.takes == "one":
        literal = _literal(kind, value)[0]
    elif operator.takes == "many" and isinstance(value, list | tuple):
        literal = "[" + ", ".join(_literal(kind, member)[0] for member in value) + "]"
    else:
        literal = ""
    return operator.source.replace("{name}", field).replace("{value}", literal)


def label_of(name: Words, kind: FactType, op: str, value: object) -> Words:
    """The clause as a sentence; ``name`` is what readers call the fact. source_of() has taken it."""
    operator = _OPERATORS[op]
    zh, en = (
        (operator.zh, operator.en)
        if kind not in ("date", "instant")
        else _TIME_WORDS.get(op, (operator.zh, operator.en))
    )
    told = "text" if kind == "list" else kind
    members = value if isinstance(value, list | tuple) else [] if operator.takes == "nothing" else [value]
    shown = [_literal(told, member)[1] for member in members]
    return {
        "zh-CN": " ".join(part for part in (name["zh-CN"], zh, "、".join(shown)) if part),
        "en": " ".join(part for part in (name["en"], en, ", ".join(shown)) if part),
    }


def _fitting(kind: FactType, op: str, value: object) -> _Operator:
    operator = _OPERATORS.get(op)
    if operator is None:
        known = " ".join(_OPERATORS)
        raise WrongClause("op", f"未知运算“{op}”；可用：{known}", f"unknown operator {op!r}; known: {known}")
    if kind not in operator.types:
        fits = " ".join(name for name, other in _OPERATORS.items() if kind in other.types)
        raise WrongClause(
            "op", f"{op} 不能用于 {kind} 字段；可用：{fits}", f"{op} does not work on {kind}; these do: {fits}"
        )
    if operator.takes == "nothing" and value is not None:
        raise WrongClause("value", f"{op} 不需要 value，请删除", f"{op} takes no value; remove it")
    if operator.takes == "one" and isinstance(value, list | tuple):
        raise WrongClause("value", f"{op} 只能有一个值", f"{op} takes one value")
    if operator.takes == "many" and not (isinstance(value, list | tuple) and value):
        raise WrongClause("value", f"{op} 需要非空列表", f"{op} takes a list with at least one value")
    return operator


def _literal(kind: FactType, value: object) -> tuple[str, str]:
    """A value as CEL source and as people see it. Flows give every scalar as text, so text is parsed."""
    try:
        return _WRITERS[kind](value)
    except (ValueError, TypeError):
        zh, en = _TYPE_WORDS[kind]
        raise WrongClause("value", f"值 {value!r} 应为{zh}", f"value {value!r} must be {en}") from None


def _text(value: object) -> tuple[str, str]:
    if not isinstance(value, str):
        raise TypeError
    if "\0" in value:
        raise ValueError
    value.encode()  # raises for half of a surrogate pair, which is no text either
    return json.dumps(value, ensure_ascii=False), value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    number = int(value)
    if not -_INT64 <= number < _INT64:
        raise ValueError
    return number


def _int(value: object) -> tuple[str, str]:
    return str(_whole(value)), str(_whole(value))


def _money(value: object) -> tuple[str, str]:
    amount = _whole(value)
    return str(amount), f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def _decimal(value: object) -> tuple[str, str]:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return repr(number), f"{number:g}"


def _date(value: object) -> tuple[str, str]:
    day = value if isinstance(value, date) and not isinstance(value, datetime) else date.fromisoformat(str(value))
    return f'timestamp("{day.isoformat()}T00:00:00Z")', day.isoformat()


def _instant(value: object) -> tuple[str, str]:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError
    return f'timestamp("{moment.astimezone(UTC).isoformat().replace("+00:00", "Z")}")', moment.isoformat(" ")


def _bool(value: object) -> tuple[str, str]:
    flag = str(value).lower()
    if not isinstance(value, bool | str) or flag not in ("true", "false"):
        raise TypeError
    return flag, flag


def _list(value: object) -> tuple[str, str]:
    raise TypeError(value)


_WRITERS: dict[FactType, Callable[[object], tuple[str, str]]] = {
    "text": _text,
    "int": _int,
    "money": _money,
    "decimal": _decimal,
    "date": _date,
    "instant": _instant,
    "bool": _bool,
    "list": _list,
}
