"""Working calendars in JSON."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from admin_api.paging import Next
from admin_api.schemas.asked import DayIn, Yes
from admin_api.schemas.model import Given, Sent
from core.commands.office import MOST_CSV, MOST_DAYS, MOST_ICS, NAME

Hours = Annotated[str, StringConstraints(max_length=11)]
_WEEKDAY = ["09:00-12:00", "13:30-18:00"]
_WEEK = [*[_WEEKDAY] * 5, [], []]


class CalendarDay(Sent):
    """A day that is otherwise than its weekday."""

    day: DayIn = Field(examples=["2026-10-01"])
    hours: list[Hours] = Field(default=[], max_length=12, description="None: closed.", examples=[_WEEKDAY])
    note: str = Field(default="", max_length=80, examples=["国庆节"])
    confirmed: Yes = Field(default=True, description="False: only expected, as before the year is published.")
    source: str = Field(default="", max_length=40, description="Empty: entered by hand.", examples=["holidays:CN"])


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


class NewHolidays(Sent):
    """A year of a country's public holidays and make-up working days."""

    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1.", examples=["CN"])
    subdivision: str = Field(default="", pattern=r"^[A-Za-z0-9 -]{0,40}$", examples=[""])
    year: int = Field(ge=1970, le=2100, examples=[2027])


class HolidaysAdded(Given):
    """What became of a year."""

    added: int = Field(description="Days that stand there now from this country and year.")
    expected: int = Field(description="Those among them that are only expected.")
    kept: int = Field(description="Days that stay as they were, as they come from elsewhere, such as by hand.")
    open_cases: int = Field(description="Open cases that go by this calendar; their limits are planned again.")


class NewDays(Sent):
    """Days as CSV (a header day,hours,note, then one line a day; no hours: closed), or as iCalendar; one of the two."""

    csv: str = Field(
        default="",
        max_length=MOST_CSV,
        examples=["day,hours,note\n2027-05-01,,劳动节\n2027-05-08,09:00-12:00,半天\n"],
    )
    ics: str = Field(
        default="",
        max_length=MOST_ICS,
        description="All-day events; one whose summary has 班, or whose categories have WORK, is a working day.",
    )
    preview: Yes = Field(default=False, description="Only say what would be added.")


class DaysAdded(Given):
    """What became of a file."""

    days: int
    rows: list["DayOut"] = Field(description="The days as they were read.")
    open_cases: int = Field(description="Open cases that go by this calendar; their limits are planned again.")


class DayOut(Given):
    """A day that is otherwise than its weekday."""

    day: str
    hours: list[str]
    note: str
    confirmed: bool
    source: str = Field(description="Empty: entered by hand.")


class Calendar(Given):
    """A working calendar as it is at present."""

    name: str
    own: bool = Field(description="The agency's own; false: the one that comes with the house.")
    zone: str
    week: list[list[str]]
    days: list[DayOut]
    open_cases: int = Field(
        description="Open cases that go by it; whenever it changes, their limits are planned again."
    )


class CalendarLine(Given):
    """A calendar, without its days."""

    name: str
    own: bool
    zone: str


class CalendarList(Given):
    """By their names."""

    calendars: list[CalendarLine]
    next: Next


def calendar_of(name: str, data: dict[str, Any], *, own: bool, open_cases: int) -> Calendar:
    days = [DayOut(**each) for each in data["days"]]
    return Calendar(name=name, own=own, zone=data["zone"], week=data["week"], days=days, open_cases=open_cases)
