"""Papers that stop being good: what is asked when a date moves or a day passes."""

from datetime import date
from typing import ClassVar

from core.commands.command import Command

Subject = tuple[str, str] | None


class CheckPapers(Command):
    """Hold the case's papers against its fields and the calendar again: something has moved, or a day has come."""

    permission: ClassVar[str] = "review.remind"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int


class WarnLapse(Command):
    """A paper soon lapses by the passing of days: does it still, tell whoever works on the case."""

    permission: ClassVar[str] = "review.remind"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    last: date
