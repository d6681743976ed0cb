"""Working calendars in JSON."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from admin_api.paging import Next
from admin_api.schemas.asked import DayIn, Yes
from admin_api.schemas.model import Given, Sent
from core.commands.office import MOST_DAYS, NAME

Hours = Annotated[str, StringConstraints(max_length=11)]
_WEEKDAY = ["09:00-12:00", "13:30-18:00"]
_WEEK = [*[_WEEKDAY] * 5, [], []]


class CalendarDay(Sent):
    """A day that is otherwise than its weekday."""

    day: DayIn = Field(examples=["2026-10-01"])
    hours: list[Hours] = Field(default=[], max_length=12, description="None: closed.", examples=[_WEEKDAY])
    note: str = Field(default="", max_length=80, examples=["国庆节"])
    confirmed: Yes = Field(default=True, description="False: only expected, as before the year is published.")


class CalendarHours(Sent):
    """When the office works."""

    zone: str = Field(max_length=60, examples=["Asia/Shanghai"])
    week: list[list[Hours]] = Field(
        min_length=7, max_length=7, description="Seven days, Monday first; no hours: closed.", examples=[_WEEK]
    )
    days: list[CalendarDay] = Field(default=[], max_length=MOST_DAYS)


class NewCalendar(CalendarHours):
    """A calendar that flows may name."""

    name: str = Field(pattern=NAME, examples=["sg-office"])


class DayOut(Given):
    """A day that is otherwise than its weekday."""

    day: str
    hours: list[str]
    note: str
    confirmed: bool


class Calendar(Given):
    """A working calendar as it is at present."""

    name: str
    own: bool = Field(description="The agency's own; false: the one that comes with the house.")
    zone: str
    week: list[list[str]]
    days: list[DayOut]


class CalendarLine(Given):
    """A calendar, without its days."""

    name: str
    own: bool
    zone: str


class CalendarList(Given):
    """By their names."""

    calendars: list[CalendarLine]
    next: Next


def calendar_of(name: str, data: dict[str, Any], *, own: bool) -> Calendar:
    return Calendar(
        name=name, own=own, zone=data["zone"], week=data["week"], days=[DayOut(**each) for each in data["days"]]
    )
