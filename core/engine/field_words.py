"""What the fields of a case hold, as people read it: on cards, and where a text of the flow asks ``{case.<field>}``."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from core.engine.facts import FIELD_PREFIX
from core.engine.flow import Field
from core.engine.stay_fields import stays_words
from core.engine.text import fill, pick, placeholders

EMPTY: Final = "—"  # what a text says for a field that holds nothing, or that the case has no more
LONGEST: Final = 400  # characters of one value


def fields_asked(template: str) -> frozenset[str]:
    """Keys of the fields that a text asks for as ``{case.<field>}``, whether there are such fields or not."""
    return frozenset(
        each.removeprefix(FIELD_PREFIX) for each in placeholders(template) if each.startswith(FIELD_PREFIX)
    )


def with_fields(template: str, said: Callable[[str], str]) -> str:
    """The text with its fields put in; ``said`` gives the words for a field's key. What else stands in it stays."""
    own = {f"{FIELD_PREFIX}{key}": said(key) or EMPTY for key in fields_asked(template)}
    return fill(template, own, own.keys())


def is_empty(value: object) -> bool:
    return value in (None, "", [])


def value_words(field: Field, value: Any, language: str, yes_no: Callable[[bool], str]) -> str:
    """A value as people write it, in ``language``. ``field`` has the rows of its table as choices, if it takes them
    from one; what is none of its choices (any more) is said by its key. Empty for what is empty."""
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return yes_no(value)
    if field.type == "stays":
        return stays_words(field, value, language)
    if isinstance(value, list | tuple):
        joint = "、" if language == "zh-CN" else ", "
        return joint.join(value_words(field, each, language, yes_no) for each in value)
    if field.type == "date":
        return day_words(str(value), language)
    if field.type == "money":
        return f"{int(value) / 100:,.2f}"
    names = {choice.key: choice.name for choice in field.choices}
    return pick(names[value], language) if value in names else str(value)


def day_words(text: str, language: str) -> str:
    """An ISO date as people write it; what is none stays as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%b} {day.year}" if language == "en" else f"{day.year}年{day.month}月{day.day}日"


def shorter(text: str, most: int = LONGEST) -> str:
    """On one line, at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
