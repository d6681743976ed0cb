"""Stays in a chat: a line for each, in one message or in several, until whoever is asked says that these are all.

Dates need their year, month and day: of 1/5 nobody knows whether it is May or January, so it is asked for again.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from bot.turn import Turn
from core.engine.choosing import chosen
from core.engine.flow import Field
from core.engine.stay_fields import MOST

DONE: Final = frozenset({"完成", "done"})
NONE: Final = frozenset({"无", "没有", "none"})
AGAIN: Final = frozenset({"重填", "again"})
_LINES: Final = re.compile(r"[\n;；]+")
# A line has single blanks by then: of many in a row the gaps of a span could be told apart in too many ways.
_DAY = r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?日?"
_LATER_DAY = rf"(?:{_DAY}|(\d{{1,2}}) ?月 ?(\d{{1,2}}) ?日)"  # of the same year
_SPAN: Final = re.compile(rf"{_DAY} ?(?:至|到|~|～|—+|–|-|/|to\b|until\b|[,，])? ?{_LATER_DAY}", re.IGNORECASE)
_BEFORE: Final = re.compile(r"^\d{1,2}[.)、] |(?:从|\bfrom\b) ?$", re.IGNORECASE)
_AFTER: Final = re.compile(r"^ ?(?:在|\bin\b)", re.IGNORECASE)
_IDLE: Final = " \t,，、:：()（）"


def heard(field: Field, text: str, given: Sequence[dict[str, str]] = ()) -> str | list[dict[str, str]]:
    """All stays that were told so far: those of earlier messages and those of these words. A line that cannot be read
    stays as it is where its dates should be, and the validator tells; so do words with no stay in them at all. Of more
    lines than there may be stays the rest is not read."""
    if text.strip().lower() in NONE | AGAIN:
        return []
    lines = [" ".join(line.split()) for line in _LINES.split(text) if line.strip()]
    if ends(text):
        lines.pop()
    return [*given, *(_stay(field, line) for line in lines[: MOST + 1])] if lines or given else text


def ends(text: str) -> bool:
    """Whether nothing is to follow after these words."""
    last = _LINES.split(text.strip())[-1].strip().lower()
    return last in DONE or text.strip().lower() in NONE


def goes_on(turn: Turn, dialog: dict[str, Any], field: Field, value: Any) -> bool:
    """Whether more stays may follow: then he sees what was noted, and is asked for the next."""
    if field.type != "stays" or ends(turn.text):
        return False
    following = {**dialog, "given": value}
    turn.ask(following)
    turn.reply("dialog", {"case": dialog["case"]}, following)
    return True


def _stay(field: Field, line: str) -> dict[str, str]:
    match = _SPAN.search(line)
    if match is None:
        return {"from": line, "to": line, "place": ""}
    year, month, day, *other = match.groups()
    last = other[:3] if other[0] else (year, *other[3:])
    before, after = _BEFORE.sub("", line[: match.start()]), _AFTER.sub("", line[match.end() :])
    place = f"{before.strip(_IDLE)} {after.strip(_IDLE)}".strip()
    return {"from": _iso(year, month, day), "to": _iso(*last), "place": chosen(field, place)}


def _iso(year: str, month: str, day: str) -> str:
    return f"{int(year):04d}-{int(month):02d}-{int(day):02d}"
