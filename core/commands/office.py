"""Commands about what an agency has settled for itself: its working hours, and settings that change while it runs."""

from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from core.commands.command import Command

NAME = r"^[a-z][a-z0-9-]{0,39}$"  # of a calendar
MOST_DAYS = 4000
Hours = tuple[str, ...]  # "09:00-12:00"


class Day(BaseModel):
    """A day that is otherwise than its weekday; no hours: closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    hours: Hours = Field(default=(), max_length=12)
    note: str = Field(default="", max_length=80)
    confirmed: bool = True


class SetCalendar(Command):
    """From now on the office works so. What was planned before stays as it was planned."""

    permission: ClassVar[str] = "calendar.write"

    name: str = Field(pattern=NAME)
    zone: str = Field(max_length=60)
    week: tuple[Hours, ...] = Field(max_length=7)
    days: tuple[Day, ...] = Field(default=(), max_length=MOST_DAYS)
    new: bool = False  # it must not be there yet


class SetSetting(Command):
    """Say one setting otherwise than the files and the environment do."""

    permission: ClassVar[str] = "setting.write"

    name: str = Field(max_length=80)
    value: Any


class ResetSetting(Command):
    """What the files and the environment say counts again."""

    permission: ClassVar[str] = "setting.write"

    name: str = Field(max_length=80)
