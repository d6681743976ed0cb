"""A field of type stays: whether a value fits it, and what it says in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from core.engine.spec_kinds import Choice
from core.engine.spec_papers import Field
from core.engine.stays import KEYS, Stay, iso_day, read_stays
from core.engine.text import pick
from core.kit.errors import Problem

MOST: Final = 60  # stays of one field
MOST_NAMED: Final = 20  # places that a sentence about a wrong one names
EXAMPLE: Final = {"zh-CN": "2026-05-01 至 2026-05-07 法国", "en": "2026-05-01 to 2026-05-07 France"}


def stay_problems(field: Field, raw: object) -> list[Problem]:
    """Everything that is wrong with a value for this field, each at its place below ``/fields/<key>``."""
    at = f"/fields/{field.key}"
    if not isinstance(raw, list | tuple):
        zh = f"“{_name(field, 'zh-CN')}”应为停留列表，每段写明起止日期和地点，如 {EXAMPLE['zh-CN']}"
        en = f"“{_name(field, 'en')}” wants a list of stays, each with its dates and place: {EXAMPLE['en']}"
        return [_problem(at, "list", zh, en)]
    if len(raw) > MOST:
        zh, en = f"最多 {MOST} 段停留，现有 {len(raw)} 段", f"at most {MOST} stays, these are {len(raw)}"
        return [_problem(at, "many", zh, en)]
    problems = [each for place, stay in enumerate(raw) for each in _wrong(stay, field, f"{at}/{place}", place + 1)]
    return problems or list(_overlapping(read_stays(raw) or (), at))


def stays_words(field: Field, raw: object, language: str) -> str:
    """All of them in one line, in the order in which they were given; empty for what is no list of stays."""
    names = {choice.key: choice.name for choice in field.choices}
    to, night = ("至", "晚") if language == "zh-CN" else ("to", "nights")
    said = []
    for stay in read_stays(raw) or ():
        nights = (stay.last - stay.first).days
        unit = "night" if nights == 1 and language != "zh-CN" else night
        count = f"（{nights} {unit}）" if language == "zh-CN" else f" ({nights} {unit})"
        place = pick(names[stay.place], language) if stay.place in names else stay.place
        said.append(f"{stay.first} {to} {stay.last} {place}{count}")
    return ("；" if language == "zh-CN" else "; ").join(said)


def _wrong(raw: Any, field: Field, at: str, number: int) -> Iterator[Problem]:
    if not isinstance(raw, Mapping) or raw.keys() != KEYS:
        zh = f"第 {number} 段停留应写明 from、to 和 place"
        yield _problem(at, "keys", zh, f"stay {number} needs from, to and place, and nothing else")
        return
    days = {name: iso_day(raw[name]) for name in ("from", "to")}
    for name in (name for name, day in days.items() if day is None):
        shown = str(raw[name])[:60]
        zh = f"第 {number} 段停留的日期须写全年月日，如 2026-05-01，现为“{shown}”"
        en = f"the dates of stay {number} need year, month and day, such as 2026-05-01; this is “{shown}”"
        yield _problem(f"{at}/{name}", "date", zh, en)
    first, last = days["from"], days["to"]
    if first is not None and last is not None and last < first:
        zh = f"第 {number} 段停留的结束日 {last} 早于开始日 {first}"
        yield _problem(f"{at}/to", "order", zh, f"stay {number} ends on {last}, before it begins on {first}")
    if not any(raw["place"] == choice.key for choice in field.choices):
        shown, some = str(raw["place"])[:60], field.choices[:MOST_NAMED]
        zh = f"第 {number} 段停留的地点“{shown}”不在可选范围：{_named(some, 'zh-CN')}"
        en = f"stay {number} is in “{shown}”, which is none of {_named(some, 'en')}"
        yield _problem(f"{at}/place", "place", zh, en)


def _overlapping(stays: tuple[Stay, ...], at: str) -> Iterator[Problem]:
    """A night is spent in one place. The day on which one leaves may be the day on which one arrives elsewhere."""
    for later, stay in enumerate(stays):
        for earlier, other in enumerate(stays[:later]):
            if max(stay.first, other.first) < min(stay.last, other.last):
                nights = f"{max(stay.first, other.first)} / {min(stay.last, other.last)}"
                zh = f"第 {earlier + 1} 段和第 {later + 1} 段停留有重复的夜晚（{nights}），请改正日期"
                en = f"stays {earlier + 1} and {later + 1} share nights ({nights}): correct their dates"
                yield _problem(f"{at}/{later}", "overlap", zh, en)


def _named(choices: Sequence[Choice], language: str) -> str:
    return " / ".join(f"{pick(choice.name, language)} {choice.key}" for choice in choices)


def _name(field: Field, language: str) -> str:
    return str(field.name.get(language, field.key))


def _problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, f"field.stays_{code}", {"zh-CN": zh, "en": en})
