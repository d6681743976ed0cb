"""Holidays and make-up working days from an iCalendar file, with the mistakes of all lines at once.

An all-day event is a holiday; it is a working day if its summary says so (班, "working day", "make-up"), if its
categories name WORK, or if Apple's calendars mark it as one. A calendar in which events are marked so names mere
festivals beside them: those without a mark are passed over, as are cancelled ones.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from core.engine.calendar import CalendarDay, WorkingCalendar
from core.engine.hours import Segment
from core.engine.ics_lines import Event, NotIcs, read_events
from core.kit.errors import Invalid, Problem

MOST_BYTES: Final = 1_048_576
MOST_EVENTS: Final = 2000
MOST_PROBLEMS: Final = 100
MOST_DAYS_OF_EVENT: Final = 62
MOST_NOTE: Final = 80  # characters of a day's note
WORKING_WORDS: Final = ("班", "working day", "workday", "make-up", "makeup")
_MARK: Final = "X-APPLE-SPECIAL-DAY"
_MARKS: Final = {"WORK-HOLIDAY": False, "ALTERNATE-WORKDAY": True}  # whether it is a working day
_DATE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_DURATION: Final = re.compile(r"P(\d{1,3})([DW])", re.ASCII)
_REPEATS: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE")

_WORDS: Final = {
    "ics_size": ("文件超过 1 MiB，请分成几个文件", "the file has more than 1 MiB: divide it"),
    "ics_events": (
        f"事件超过 {MOST_EVENTS} 个，请分成几个文件",
        f"there are more than {MOST_EVENTS} events: divide it",
    ),
    "ics_line": ("这一行不是 iCalendar，请重新导出文件", "this is no line of an iCalendar file: export it anew"),
    "ics_empty": ("没有任何全天事件", "there are no all-day events"),
    "ics_no_start": ("事件没有 DTSTART", "the event has no DTSTART"),
    "ics_time": (
        "只接受全天事件，请写 DTSTART;VALUE=DATE:20270501",
        "only all-day events are taken: write DTSTART;VALUE=DATE:20270501",
    ),
    "ics_end": (
        "DTEND 不含当天，须在 DTSTART 之后；DURATION 应写成 P3D 或 P1W",
        "DTEND is the day after the last and lies behind DTSTART; a DURATION is written P3D or P1W",
    ),
    "ics_long": (
        f"一个事件最多 {MOST_DAYS_OF_EVENT} 天",
        f"an event has at most {MOST_DAYS_OF_EVENT} days",
    ),
    "ics_repeats": (
        "不支持重复事件（RRULE、RDATE、EXDATE），请逐年写成单独的事件",
        "events that repeat (RRULE, RDATE, EXDATE) are not taken: write an event of its own for every year",
    ),
    "ics_both": (
        "这一天在文件中既是假日又是上班日，请只保留一个",
        "this day is a holiday and a working day in the file: keep one",
    ),
}


@dataclass(slots=True)
class _Reading:
    problems: list[Problem] = field(default_factory=list)

    def tell(self, line: int, key: str) -> None:
        zh, en = _WORDS[key]
        said = {"zh-CN": f"第 {line} 行：{zh}", "en": f"line {line}: {en}"}
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem("/ics", f"calendar.{key}", said))


def read_ics(text: str, calendar: WorkingCalendar) -> list[CalendarDay]:
    """The days of all events, by day; make-up days have the hours of the first weekday that has any in ``calendar``.

    Names of several holidays on one day stand side by side. Raises Invalid with the mistakes, a hundred at most, each
    with the number of its line.
    """
    reading = _Reading()
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        reading.tell(1, "ics_size")
        raise Invalid(problems=reading.problems)
    days: dict[date, tuple[bool, list[str]]] = {}
    for event in _wanted(_events(text, reading)):
        works, name = _works(event), event.text("SUMMARY")
        for day in _days(event, reading):
            known, names = days.setdefault(day, (works, []))
            if known is not works:
                reading.tell(event.number, "ics_both")
                break
            if name and name not in names:
                names.append(name)
    if not days and not reading.problems:
        reading.tell(1, "ics_empty")
    if reading.problems:
        raise Invalid(problems=reading.problems)
    hours = next(each for each in calendar.weekly if each)
    return [_row(day, hours if works else (), names) for day, (works, names) in sorted(days.items())]


def _row(day: date, hours: tuple[Segment, ...], names: Sequence[str]) -> CalendarDay:
    return CalendarDay(day, hours, "、".join(names)[:MOST_NOTE])


def _events(text: str, reading: _Reading) -> list[Event]:
    found: list[Event] = []
    for each in read_events(text):
        if isinstance(each, NotIcs):
            reading.tell(each.args[0], "ics_line")
        elif len(found) == MOST_EVENTS:
            reading.tell(each.number, "ics_events")
            break
        else:
            found.append(each)
    return found


def _wanted(events: Sequence[Event]) -> list[Event]:
    marked = {each.calendar for each in events if each.text(_MARK) in _MARKS}
    return [
        each
        for each in events
        if each.text("STATUS").upper() != "CANCELLED" and (each.calendar not in marked or each.text(_MARK) in _MARKS)
    ]


def _works(event: Event) -> bool:
    if event.text(_MARK) in _MARKS:
        return _MARKS[event.text(_MARK)]
    categories = {each.strip().upper() for each in event.text("CATEGORIES").split(",")}
    return "WORK" in categories or any(word in event.text("SUMMARY").casefold() for word in WORKING_WORDS)


def _days(event: Event, reading: _Reading) -> list[date]:
    """None, and a problem, for an event that says no days."""
    repeats = next((event.lines[name] for name in _REPEATS if name in event.lines), None)
    if repeats is not None:
        reading.tell(repeats.number, "ics_repeats")
        return []
    if "DTSTART" not in event.lines:
        reading.tell(event.number, "ics_no_start")
        return []
    first = _date(event.text("DTSTART"))
    if first is None:
        reading.tell(event.lines["DTSTART"].number, "ics_time")
        return []
    length = _length(event, first)
    ends = event.lines.get("DTEND") or event.lines.get("DURATION") or event.lines["DTSTART"]
    if length is None or length < 1:
        reading.tell(ends.number, "ics_end")
        return []
    if length > MOST_DAYS_OF_EVENT:
        reading.tell(ends.number, "ics_long")
        return []
    return [first + timedelta(days=each) for each in range(length)]


def _length(event: Event, first: date) -> int | None:
    """In days; without an end it is one."""
    if "DTEND" in event.lines:
        end = _date(event.text("DTEND"))
        return None if end is None else (end - first).days
    if "DURATION" in event.lines:
        found = _DURATION.fullmatch(event.text("DURATION"))
        return None if found is None else int(found[1]) * (7 if found[2] == "W" else 1)
    return 1


def _date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2100 else None
