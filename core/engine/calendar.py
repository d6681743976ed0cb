"""Working time: spans such as "4h" or "2d" on an office's hours, holidays and make-up days.

Minutes, hours and days are working time, "cd" and "w" are calendar time. Everything is computed in the
calendar's zone and given back in UTC. A year without exceptions, or with some that are only expected,
follows the weekly pattern and the rows that are there, and is told by missing_years(): a calendar that is
not kept up must not stop a case.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar, Literal, cast
from zoneinfo import ZoneInfo

from core.engine.hours import OpenYear, Segment, checked, from_micros, open_day, open_year, to_micros
from core.engine.text import Words
from core.engine.written import Written
from core.kit.clock import aware

Unit = Literal["min", "h", "d", "cd", "w"]

_MINUTE = 60_000_000  # microseconds
_MAX_YEARS = 100  # how far one span may reach before it is taken for a mistake
_UNIT_WORDS: Mapping[Unit, tuple[str, str]] = {
    "min": ("分钟（工作时间）", "working minute"),
    "h": ("个工作小时", "working hour"),
    "d": ("个工作日", "working day"),
    "cd": ("天", "day"),
    "w": ("周", "week"),
}


@dataclass(frozen=True, slots=True)
class Span(Written):
    """An amount of time with its unit: min, h and d are working time, cd calendar days, w calendar weeks."""

    FORM: ClassVar = re.compile(r"([+-]?)(\d{1,5})(min|h|d|cd|w)", re.ASCII)

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read "30min", "4h", "7d", "3cd", "2w", with a sign if wanted ("-3cd"). Raises ValueError."""
        match = cls.FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a span of time: write 30min, 4h, 7d, 3cd or 2w")
        amount = int(match[2])
        return cls(-amount if match[1] == "-" else amount, cast(Unit, match[3]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    def words(self) -> Words:
        """The span as people say it, without its sign."""
        zh, en = _UNIT_WORDS[self.unit]
        count = abs(self.amount)
        return {"zh-CN": f"{count} {zh}", "en": f"{count} {en}{'' if count == 1 else 's'}"}


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One exception row: the segments that are open on this local date instead of the weekly ones.

    No segments means closed. ``confirmed`` is False for a day that is only expected, as before the authority
    has published the year. ``source``: where the row comes from, such as "holidays:CN"; empty for one that
    somebody entered by hand.
    """

    day: date
    segments: tuple[Segment, ...] = ()
    note: str = ""
    confirmed: bool = True
    source: str = ""


class WorkingCalendar:
    """An office's hours in one zone: seven weekly days (Monday first) and exception rows that replace a date.

    Raises ValueError for hours that overlap, run backwards or never open at all.
    """

    def __init__(self, zone: str, weekly: Sequence[Iterable[Segment]], exceptions: Iterable[CalendarDay] = ()) -> None:
        self.zone = ZoneInfo(zone)
        self.weekly = tuple(checked(day) for day in weekly)
        if len(self.weekly) != 7 or not any(self.weekly):
            raise ValueError("a weekly pattern has seven days, Monday first, and is open on one of them at least")
        self.exceptions: Mapping[date, CalendarDay] = MappingProxyType({row.day: row for row in exceptions})
        for row in self.exceptions.values():
            checked(row.segments)
        expected = {day.year for day, row in self.exceptions.items() if not row.confirmed}
        self._confirmed = frozenset({day.year for day in self.exceptions} - expected)
        self._years: dict[int, OpenYear] = {}

    def hours(self, day: date) -> tuple[Segment, ...]:
        """The open segments of a local date."""
        row = self.exceptions.get(day)
        return self.weekly[day.weekday()] if row is None else row.segments

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at this moment; at closing time it is closed."""
        return self._year(self._local(at).year).open_at_or_after(to_micros(at)) == to_micros(at)

    def next_open(self, at: datetime) -> datetime:
        """This moment if the office is open, else the next opening."""
        return self._search(at, 1, OpenYear.open_at_or_after)

    def minutes(self, start: datetime, end: datetime) -> int:
        """Whole working minutes from start to end; negative if the end comes first."""
        if end < start:
            return -self.minutes(end, start)
        first, last = self._local(start).year, self._local(end).year
        worked = self._year(last).worked(to_micros(end)) - self._year(first).worked(to_micros(start))
        return (worked + sum(self._year(year).total for year in range(first, last))) // _MINUTE

    def add(self, start: datetime, span: Span) -> datetime:
        """The moment ``span`` after start (before it, if negative).

        Working minutes and hours that run out exactly at closing time end there, not at the next opening. A
        working day later is the same time of day on the next working day; a start outside the hours counts
        from the next opening (backwards: the last closing), and a shorter day ends the span at its closing.
        Calendar days and weeks keep the time of day. Raises ValueError if the span does not fit into 100
        years.
        """
        if span.amount == 0:
            return aware(start)
        if span.unit == "d":
            return self._add_days(start, span.amount)
        if span.unit in ("cd", "w"):
            days = span.amount * (7 if span.unit == "w" else 1)
            return (self._local(start) + timedelta(days=days)).astimezone(UTC)
        return self._add_minutes(start, span.amount * (60 if span.unit == "h" else 1))

    def missing_years(self, start: datetime, end: datetime) -> tuple[int, ...]:
        """The local years from start to end whose holidays nobody has confirmed: tell an admin."""
        years = range(self._local(start).year, self._local(end).year + 1)
        return tuple(year for year in years if not self.knows(year))

    def knows(self, year: int) -> bool:
        """Whether this local year has rows, and none that is only expected."""
        return year in self._confirmed

    def has_rows(self, year: int) -> bool:
        """Whether anything is said about this local year, be it confirmed or only expected."""
        return any(day.year == year for day in self.exceptions)

    def _add_minutes(self, start: datetime, minutes: int) -> datetime:
        step = 1 if minutes > 0 else -1
        left = abs(minutes) * _MINUTE
        year = self._local(start).year
        ranges = self._year(year)
        done = ranges.worked(to_micros(start))
        for _ in range(_MAX_YEARS):
            if step > 0 and left <= ranges.total - done:
                return from_micros(ranges.first_moment(done + left))
            if step < 0 and left <= done:
                return from_micros(ranges.last_moment(done - left))
            left -= ranges.total - done if step > 0 else done
            year += step
            ranges = self._year(year)
            done = 0 if step > 0 else ranges.total
        raise ValueError(f"{minutes} working minutes do not fit into {_MAX_YEARS} years of this calendar")

    def _add_days(self, start: datetime, days: int) -> datetime:
        step = 1 if days > 0 else -1
        local = self._local(self._inside(start, step))
        day, left = local.date(), abs(days)
        for _ in range(_MAX_YEARS * 366):
            day += timedelta(days=step)
            if ranges := open_day(day, self.zone, self.hours(day)):
                left -= 1
            if left == 0:
                wanted = datetime.combine(day, local.time(), tzinfo=self.zone)
                return from_micros(_clamp(to_micros(wanted), ranges, step))
        raise ValueError(f"{days} working days do not fit into {_MAX_YEARS} years of this calendar")

    def _inside(self, at: datetime, step: int) -> datetime:
        """The moment itself if it lies within hours or at closing, else the next or last one that does."""
        year, micros = self._year(self._local(at).year), to_micros(at)
        if micros in (year.closed_at_or_before(micros), year.open_at_or_after(micros)):
            return at
        look = OpenYear.open_at_or_after if step > 0 else OpenYear.closed_at_or_before
        return self._search(at, step, look)

    def _search(self, at: datetime, step: int, look: Callable[[OpenYear, int], int | None]) -> datetime:
        micros, year = to_micros(at), self._local(at).year
        for _ in range(_MAX_YEARS):
            if (found := look(self._year(year), micros)) is not None:
                return from_micros(found)
            year += step
        raise ValueError(f"nothing open within {_MAX_YEARS} years of {at.isoformat()}")

    def _local(self, moment: datetime) -> datetime:
        return aware(moment).astimezone(self.zone)

    def _year(self, year: int) -> OpenYear:
        ranges = self._years.get(year)
        if ranges is None:
            ranges = self._years[year] = open_year(year, self.zone, self.hours)
        return ranges


def _clamp(micros: int, ranges: Sequence[tuple[int, int]], step: int) -> int:
    """The moment moved into one of the day's ranges: onwards to an opening, backwards to a closing."""
    if any(start <= micros <= end for start, end in ranges):
        return micros
    if step > 0:
        return min((start for start, _ in ranges if start > micros), default=ranges[-1][1])
    return max((end for _, end in ranges if end < micros), default=ranges[0][0])
