"""What a reviewer does beside deciding: he asks a colleague for a second look, or puts the review off."""

from typing import ClassVar, Literal

from core.commands.command import Command

Subject = tuple[str, str] | None


class OfferSecondLook(Command):
    """Show me which colleagues can look at this version as well."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int


class AskSecondLook(Command):
    """A colleague decides on this version with me: it is approved when both of us have approved it, and rejected when
    either has. Asking another one takes the place of the first, as long as he has not approved."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    staff_id: int


class SnoozeReview(Command):
    """Not now: bring the review back to me in an hour, or at nine on the next working day."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    until: Literal["hour", "tomorrow"]


class ShowReview(Command):
    """Show me this version's review card here, with everything that can be done about it."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int


class RemindReview(Command):
    """The hour to which somebody put a review off has come."""

    permission: ClassVar[str] = "review.remind"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    staff_id: int
