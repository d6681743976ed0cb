"""Computed fields that look at the day: what is asked when a day begins."""

from typing import ClassVar

from core.commands.command import Command

Subject = tuple[str, str] | None


class WorkOutToday(Command):
    """A timer's command: the computed fields of a case as they are today, and all that hangs on them."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int


class TellToday(Command):
    """A timer's command: it is morning, and rules hear of the fields that the day has moved."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    fields: tuple[str, ...]
