"""Handing a case to the next department with its form: offered, accepted or returned."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class OpenHandover(Command):
    """Ask me for what the hand-over form still needs, one thing at a time, then offer it."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    stage: str | None = None


class ProposeHandover(Command):
    """Offer the case to the role that takes over. `stage` is where the caller believes the case to be."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    stage: str | None = None


class AcceptHandover(Command):
    """I take the case over: I am in charge from now on. None: the one that is open."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    handover_id: int | None = None


class AskReturn(Command):
    """I want to return what was offered: ask me why."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    handover_id: int


class ReturnHandover(Command):
    """I do not take the case over yet; whoever offered it reads why."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    handover_id: int | None = None
    reason: str = Field(min_length=1, max_length=2000)


class RouteHandover(Command):
    """Somebody else does the receiving role's work, or the flow has changed: what is offered follows."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
