"""Delegation: for some days a colleague does somebody's work."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class DelegateWork(Command):
    """From the first to the last day, both included, this colleague may do what is assigned to me (or to whom I lead):
    in one role, or in all. He is told what I am told, and does not delegate on."""

    permission: ClassVar[str] = "staff.delegate"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int  # whose work it is
    delegate_id: int
    first: date
    last: date
    role: str | None = Field(default=None, max_length=40)


class EndDelegation(Command):
    """It is over: before its last day by a person, after it by its timer."""

    permission: ClassVar[str] = "staff.delegate"
    about: ClassVar[Subject] = ("delegation", "delegation_id")

    delegation_id: int


class OfferDelegates(Command):
    """Show me who can do my work for some days, and what I have delegated; with a colleague, ask me for the days."""

    permission: ClassVar[str] = "staff.delegate"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
    delegate_id: int | None = None
