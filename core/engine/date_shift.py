"""How far one date lies from another: "6months", "2years", "90cd" or "3w", and "5d" in working days of a calendar."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal, cast

from core.engine.calendar import WorkingCalendar
from core.engine.text import Words
from core.engine.written import Written

ShiftUnit = Literal["d", "cd", "w", "month", "year"]

_WORDS: dict[ShiftUnit, tuple[str, str]] = {
    "d": ("个工作日", "working day"),
    "cd": ("天", "day"),
    "w": ("周", "week"),
    "month": ("个月", "month"),
    "year": ("年", "year"),
}
_MOST_CLOSED = 366  # days in a row without hours, after which a calendar is taken to open no more


@dataclass(frozen=True, slots=True)
class Shift(Written):
    """So many working days (d), calendar days (cd), weeks (w), months or years; at most 9999, without a sign."""

    FORM: ClassVar = re.compile(r"(\d{1,4})(d|cd|w|month|year)s?", re.ASCII)

    amount: int
    unit: ShiftUnit

    @classmethod
    def parse(cls, text: str) -> "Shift":
        """Read "5d", "90cd", "3w", "6months", "2years". Raises ValueError."""
        match = cls.FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not an amount of days: write 5d, 90cd, 3w, 6months or 2years")
        return cls(int(match[1]), cast(ShiftUnit, match[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}{'s' if self.unit in ('month', 'year') else ''}"

    def words(self) -> Words:
        """As people say it."""
        zh, en = _WORDS[self.unit]
        return {"zh-CN": f"{self.amount} {zh}", "en": f"{self.amount} {en}{'' if self.amount == 1 else 's'}"}


def shifted(day: date, shift: Shift, calendar: WorkingCalendar, *, back: bool = False) -> date | None:
    """The date ``shift`` after a date, or before it; None where there is no such date (before year 1, after 9999).

    A month later is the same day of that month, or its last one where there is no such day. Working days are counted
    from the next day on (backwards: from the day before): one working day after a Saturday is the Monday.
    """
    amount = -shift.amount if back else shift.amount
    try:
        match shift.unit:
            case "d":
                return _working_days(day, amount, calendar)
            case "month" | "year":
                return add_months(day, amount * (12 if shift.unit == "year" else 1))
            case _:
                return day + timedelta(days=amount * (7 if shift.unit == "w" else 1))
    except (ValueError, OverflowError):
        return None


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later; the last day of the month where there is no such day. Raises ValueError."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(f"no date {months} months after {day}")


def full_months(first: date, last: date) -> int:
    """The most months after the first date that are not after the last one: -1 from 2 May to 1 May."""
    count = (last.year - first.year) * 12 + last.month - first.month
    return count if add_months(first, count) <= last else count - 1


def _working_days(day: date, amount: int, calendar: WorkingCalendar) -> date | None:
    step, left, closed = timedelta(days=1 if amount > 0 else -1), abs(amount), 0
    while left:
        day += step
        closed = 0 if calendar.hours(day) else closed + 1
        left -= closed == 0
        if closed > _MOST_CLOSED:
            return None
    return day
