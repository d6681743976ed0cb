"""Stand-ins: whoever and whatever is personal in a case is called by the same other name in the whole story."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, count
from typing import Any, Final

from core.engine.flow import Field, Flow
from core.engine.forms import fits

PHONE, EMAIL = "13800001234", "client@example.com"
_OTHERS = {PHONE: "139000056{:02}", EMAIL: "person{}@example.com"}
_CJK = re.compile(r"[\u3400-\u9fff]")
_NAMES = ("张三", "李四", "王五", "赵六", "孙七", "周八", "吴九", "郑十")
_LATIN = ("Alex Sample", "Robin Model", "Kim Pattern", "Sam Specimen", "Jo Example", "Lee Instance")
_LETTERS, _LATIN_LETTERS = "甲乙丙丁戊己庚辛壬癸", "ABCDEFGHIJKLMNOP"
_COLLEAGUE, _LATIN_COLLEAGUE = ("员工{}", "同事{}"), ("Colleague {}", "Member {}")  # the second where one is so called
_FREE = frozenset({"text", "region", "phone", "email"})
SAMPLE: Final = "示例 / sample"
_SHIFT: Final = timedelta(days=3)  # of stays: as long as they were, and as far from each other
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def is_chinese(text: str) -> bool:
    return _CJK.search(text) is not None


def instead_of(real: str | None, usual: str, known: Collection[str | None] = ()) -> str:
    """Empty for what he does not have; never his own, nor what is ``known`` of others."""
    if not real:
        return ""
    made_up = (_OTHERS[usual].format(at) for at in count(1))
    return next(each for each in chain((usual,), made_up) if each != real and each not in known)


class Standins:
    """``real``: every name that may occur, so that no stand-in has a part of one."""

    def __init__(self, real: Iterable[str]) -> None:
        self._parts = {part for name in real for part in parts_of(name)}
        self._given: dict[str, str] = {}
        self._chosen: dict[tuple[str, ...], dict[str, str]] = {}

    def name(self, real: str) -> str:
        """Of a client or a traveller; in the script of his own name, since checks compare it."""
        known = self._given.get(_bare(real))
        if known is None:
            known = self._free(_NAMES, "客户{}") if is_chinese(real) else self._free(_LATIN, "Sample Person{}")
            self._given[_bare(real)] = known
        return known

    def colleague(self, real: str) -> str:
        known = self._given.get("staff:" + _bare(real))
        if known is None:
            forms, letters = (_COLLEAGUE, _LETTERS) if is_chinese(real) else (_LATIN_COLLEAGUE, _LATIN_LETTERS)
            known = self._free([form.format(each) for form in forms for each in letters], forms[-1])
            self._given["staff:" + _bare(real)] = known
        return known

    def choice(self, keys: tuple[str, ...], real: str) -> str:
        """Another one of the choices; two values that are not the same stay so where there are choices enough."""
        met = self._chosen.setdefault(keys, {})
        if real not in met:
            others = [each for each in keys if each != real] or [real]
            met[real] = next((each for each in others if each not in met.values()), others[0])
        return met[real]

    def _free(self, usual: Iterable[str], form: str) -> str:
        """The first that nobody has, and that shares nothing with a real name."""
        every = (*usual, *(form.format(number) for number in range(1, 200)))
        return next(
            each for each in every if each not in self._given.values() and not self._parts & set(parts_of(each))
        )


def parts_of(name: str) -> Iterator[str]:
    """What a name could be recognised by: its words, of a Chinese one every two characters."""
    for word in re.split(r"[\s·,，/()（）]+", name.lower()):
        if is_chinese(word):
            yield from (word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif len(word) > 2:
            yield word


def is_masked(field: Field, value: object, flow_words: str) -> bool:
    """Whether a value gives way: all that is declared personal, and free words, unless the flow itself says them."""
    if field.pii != "none":
        return True
    if field.choices_from is not None:
        return False  # a row of a table, the same for everybody
    return field.type in _FREE and not field.choices and str(value) not in flow_words


def stand_in(field: Field, real: Any, names: Standins, flow_words: str) -> str:
    """A value, as a story writes it, that passes the same validation and decides the same wherever that can be: a yes
    and a choice of the flow stay, figures are rounded, days and stays moved a little, rows of a table exchanged."""
    match field.type:
        case "int" | "money" | "decimal":
            rounded = _rounded(Decimal(real), flow_words)
            return as_written(field, str(rounded) if field.type == "decimal" else int(rounded))
        case "date":
            return str(real)[:8] + ("02" if str(real).endswith("01") else "01")
        case "stays":
            return as_written(field, [_moved(field, each, names) for each in real])
        case "phone" | "email":
            return instead_of(str(real), PHONE if field.type == "phone" else EMAIL)
        case _ if field.choices_from is not None:
            listed = real if isinstance(real, list | tuple) else [real]
            return ", ".join(_place(field, each, names) for each in listed)
    return as_written(field, real) if field.type == "bool" or field.choices else SAMPLE


def _place(field: Field, real: str, names: Standins) -> str:
    """A choice of the flow stays; a row of a table gives way to another one."""
    keys = tuple(each.key for each in field.choices)
    return names.choice(keys, real) if field.choices_from is not None and keys else real


def _moved(field: Field, stay: dict[str, str], names: Standins) -> dict[str, str]:
    first, last = ((date.fromisoformat(stay[each]) - _SHIFT).isoformat() for each in ("from", "to"))
    return {"from": first, "to": last, "place": _place(field, stay["place"], names)}


def _rounded(real: Decimal, flow_words: str) -> Decimal:
    """Down to its first figure, but past no number that the flow names: who compares it with one finds the same."""
    size = abs(real)
    if not size:
        return real
    first = size.scaleb(-size.adjusted()).to_integral_value("ROUND_DOWN").scaleb(size.adjusted())
    named = {Decimal(each) for each in _NUMBER.findall(flow_words)}
    below = max((each for each in named if each <= size), default=Decimal(0))
    step = Decimal(1).scaleb(min(int(size.as_tuple().exponent), int(below.as_tuple().exponent), 0))
    least = below if below == size else below + step
    return max(first, least).copy_sign(real)


def as_written(field: Field, value: object) -> str:
    """A value of a case as a story writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.type == "money" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    if field.type == "stays" and isinstance(value, list | tuple):
        if not value:
            return "none"
        lines = [f"{each['from']} / {each['to']} {each['place']}" for each in value]
        return "; ".join([*lines, "done"])
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def masked_fields(
    flow: Flow, values: Mapping[str, Any], flow_words: str, names: Standins
) -> tuple[dict[str, str], list[str]]:
    """The fields of a case as a story may have them, and the keys of those that were masked."""
    kept, masked = {}, []
    for key, value in values.items():
        field = next((each for each in flow.fields if each.key == key and each.compute is None), None)
        if field is None or value in (None, "") or (value == [] and field.type != "stays"):
            continue
        kept[key] = as_written(field, value)
        if is_masked(field, value, flow_words) or not fits(field, value):  # a row may have left its table since
            instead = stand_in(field, value, names, flow_words)
            if instead != kept[key]:
                masked.append(key)
            kept[key] = instead
    return kept, masked


def leaks(text: str, personal: Iterable[str], allowed: str) -> list[str]:
    """Personal values, and parts of names, that stand in a text although nobody's own words (``allowed``) say them."""
    low, fine = text.lower(), allowed.lower()
    found = []
    for value in {each.strip().lower() for each in personal}:
        if len(value) < 2 or value in fine:
            continue
        edge = r"(?<![0-9a-z])", r"(?![0-9a-z])"
        pattern = re.escape(value) if is_chinese(value) else re.escape(value).join(edge)
        if re.search(pattern, low):
            found.append(value)
    return found


def _bare(name: str) -> str:
    return re.sub(r"\W+", "", name).lower()
