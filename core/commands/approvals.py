"""Approvals: people decide how a case goes on from a stage."""

from typing import ClassVar, Literal

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None
Choice = Literal["for", "against"]
Result = Literal["approved", "declined"]
LONGEST = 2000  # characters of a reason


class OpenApproval(Command):
    """Begin a round for the stage that the case is in, and give its seats to people."""

    permission: ClassVar[str] = "approval.open"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    stage: str  # where the case was when this was asked for


class OfferVote(Command):
    """Ask me for what my vote needs: the score, or why it is sent back."""

    permission: ClassVar[str] = "approval.vote"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    approval_id: int
    vote: Choice


class CastVote(Command):
    """The vote of one seat. It stands: whoever was wrong asks somebody who may override."""

    permission: ClassVar[str] = "approval.vote"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    approval_id: int | None = None  # the round that was seen; None: whichever is open
    vote: Choice
    score: int | None = Field(default=None, ge=0, le=100)
    words: str = Field(default="", max_length=LONGEST)


class OfferOverride(Command):
    """Ask me how to decide alone; with an outcome, for the reason."""

    permission: ClassVar[str] = "approval.override"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    stage: str | None = None  # where the caller believes the case to be
    outcome: Result | None = None


class OverrideApproval(Command):
    """Decide alone, whatever the votes are. Also when it is decided and its step could not be taken."""

    permission: ClassVar[str] = "approval.override"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    approval_id: int | None = None
    outcome: Result
    reason: str = Field(min_length=1, max_length=LONGEST)


class Reseat(Command):
    """A timer's command: whoever had this seat has left, so it goes to the next one."""

    permission: ClassVar[str] = "approval.open"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    approval_id: int
    staff_id: int


class GiveSeat(Command):
    """Somebody in particular decides as well, or instead of one who has not voted."""

    permission: ClassVar[str] = "case.assign"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    approval_id: int | None = None
    staff_id: int
    instead_of: int | None = None
