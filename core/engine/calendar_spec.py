"""A working calendar as data: zone, a week of hours and days that are otherwise; read with every mistake at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from core.engine.calendar import CalendarDay, WorkingCalendar
from core.engine.hours import Segment, checked, segment
from core.kit.errors import Invalid, Problem

HOURS = {
    "zh-CN": "应为不重叠、由早到晚的时段，如 09:00-12:00",
    "en": "write hours such as 09:00-12:00, rising, not overlapping",
}
ZONE = {"zh-CN": "时区应写成 Asia/Shanghai 这样的名称", "en": "a time zone is written like Asia/Shanghai"}
WEEK = {
    "zh-CN": "一周须有七天（周一在先），至少一天办公",
    "en": "a week has seven days, Monday first, one of them open",
}
TWICE = {"zh-CN": "同一天写了两次", "en": "this day stands here twice"}


@dataclass(slots=True)
class _Reading:
    problems: list[Problem]

    def hours(self, texts: Iterable[str], pointer: str) -> tuple[Segment, ...]:
        try:
            return checked([segment(text) for text in texts])
        except ValueError:
            self.problems.append(Problem(pointer, "calendar.hours", HOURS))
            return ()


def read_calendar(data: Mapping[str, Any]) -> WorkingCalendar:
    """`data`: `{zone, week: [[hours]] * 7, days: [{day, hours, note, confirmed, source}]}`; hours are written
    "09:00-12:00". `source` may be missing: rows that were kept before it was known.

    Raises Invalid with every mistake, each at its place.
    """
    reading = _Reading([])
    if data["zone"] not in available_timezones():
        reading.problems.append(Problem("/zone", "calendar.zone", ZONE))
    week = [reading.hours(each, f"/week/{at}") for at, each in enumerate(data["week"])]
    if len(week) != 7 or not any(data["week"]):
        reading.problems.append(Problem("/week", "calendar.week", WEEK))
    days: dict[date, CalendarDay] = {}
    for at, row in enumerate(data["days"]):
        day = date.fromisoformat(row["day"])
        if day in days:
            reading.problems.append(Problem(f"/days/{at}/day", "calendar.twice", TWICE))
        hours = reading.hours(row["hours"], f"/days/{at}/hours")
        days[day] = CalendarDay(day, hours, row["note"], row["confirmed"], row.get("source", ""))
    if reading.problems:
        raise Invalid(problems=reading.problems)
    return WorkingCalendar(data["zone"], week, days.values())


def write_calendar(calendar: WorkingCalendar) -> dict[str, Any]:
    """The same as data: reading it again gives the same calendar."""
    return {
        "zone": calendar.zone.key,
        "week": [[_text(each) for each in day] for day in calendar.weekly],
        "days": [write_day(row) for row in sorted(calendar.exceptions.values(), key=lambda row: row.day)],
    }


def write_day(row: CalendarDay) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "hours": [_text(each) for each in row.segments],
        "note": row.note,
        "confirmed": row.confirmed,
        "source": row.source,
    }


def _text(hours: Segment) -> str:
    opens, closes = hours
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
