"""Commands about what an agency has settled for itself: its working hours, and settings that change while it runs."""

from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from core.commands.command import Command

NAME = r"^[a-z][a-z0-9-]{0,39}$"  # of a calendar
MOST_DAYS = 4000
MOST_CSV = 300_000  # characters: some thousand lines
MOST_ICS = 1_048_576  # characters, and bytes
Hours = tuple[str, ...]  # "09:00-12:00"


class Day(BaseModel):
    """A day that is otherwise than its weekday; no hours: closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    hours: Hours = Field(default=(), max_length=12)
    note: str = Field(default="", max_length=80)
    confirmed: bool = True
    source: str = Field(default="", max_length=40)  # empty: entered by hand


class SetCalendar(Command):
    """From now on the office works so; the limits of open cases that go by it are planned again in the background."""

    permission: ClassVar[str] = "calendar.write"

    name: str = Field(pattern=NAME)
    zone: str = Field(max_length=60)
    week: tuple[Hours, ...] = Field(max_length=7)
    days: tuple[Day, ...] = Field(default=(), max_length=MOST_DAYS)
    new: bool = False  # it must not be there yet


class AddHolidays(Command):
    """Add a year's public holidays and make-up working days of a country, as the package `holidays` knows them.

    What it added for this country and year before is replaced; a day from anywhere else, by hand above all, stays.
    """

    permission: ClassVar[str] = "calendar.write"

    name: str = Field(pattern=NAME)
    country: str = Field(pattern=r"^[A-Z]{2}$")  # ISO 3166-1
    subdivision: str = Field(default="", pattern=r"^[A-Za-z0-9 -]{0,40}$")  # as the package names it, e.g. BY
    year: int = Field(ge=1970, le=2100)


class ImportDays(Command):
    """Add the days of a CSV text with the columns day, hours and note, or of an iCalendar text; one of the two. A day
    that stands there already is replaced."""

    permission: ClassVar[str] = "calendar.write"

    name: str = Field(pattern=NAME)
    csv: str = Field(default="", max_length=MOST_CSV)
    ics: str = Field(default="", max_length=MOST_ICS)
    preview: bool = False  # say what would be added, and keep nothing


class ReplanCases(Command):
    """A timer's command: the next part of the open cases is handed on, each to a timer of its own."""

    permission: ClassVar[str] = "rule.run"

    name: str = Field(pattern=NAME)
    after: int = 0  # id of the last case that was looked at


class ReplanCase(Command):
    """A timer's command: the limit of a case, and what hangs on it, as its calendar says now."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[tuple[str, str] | None] = ("case", "case_id")

    case_id: int


class ReportCalendars(Command):
    """Tell the admins which years of calendars nobody has confirmed although limits of open cases lie in them."""

    permission: ClassVar[str] = "queue.report"

    missing: tuple[tuple[str, int], ...]  # calendar, year


class SetSetting(Command):
    """Say one setting otherwise than the files and the environment do."""

    permission: ClassVar[str] = "setting.write"

    name: str = Field(max_length=80)
    value: Any


class ResetSetting(Command):
    """What the files and the environment say counts again."""

    permission: ClassVar[str] = "setting.write"

    name: str = Field(max_length=80)
