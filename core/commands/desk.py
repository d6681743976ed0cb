"""The staff desk: tags, cases looked up, consultations, and whose work a thing is."""

from typing import ClassVar, Literal

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class TagClient(Command):
    """A word by which this client is found, such as 高净值 or 加急办理. The same word twice is one tag."""

    permission: ClassVar[str] = "client.tag"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    tag: str = Field(max_length=200)


class UntagClient(Command):
    """Take a tag off."""

    permission: ClassVar[str] = "client.tag"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    tag: str = Field(max_length=200)


class ShowCase(Command):
    """Show me this case's card here."""

    permission: ClassVar[str] = "case.read"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int


class ShowSteps(Command):
    """Give me the steps out of the stage where this case is now, with my own buttons."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int


class AskWords(Command):
    """Ask me for the words of a tag or of a consultation about this case."""

    permission: ClassVar[str] = "case.write"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    what: Literal["tag", "consultation"]


class RecordConsultation(Command):
    """What was talked about with the client: a summary, what he wants above all, the adviser's first view."""

    permission: ClassVar[str] = "case.write"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    summary: str = Field(min_length=1, max_length=4000)
    demand: str = Field(min_length=1, max_length=4000)
    assessment: str = Field(min_length=1, max_length=4000)


class OfferHandOver(Command):
    """Show me whose work on this case I can hand over; with a role, to which colleagues."""

    permission: ClassVar[str] = "case.hand_over"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    role: str = Field(default="", max_length=40)


class HandOver(Command):
    """A colleague does a role's work on this case from now on: my own role, or any for whoever may assign."""

    permission: ClassVar[str] = "case.hand_over"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    role: str = Field(max_length=40)
    staff_id: int


class GiveTask(Command):
    """Somebody else has this task from now on."""

    permission: ClassVar[str] = "task.give"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int
    staff_id: int


class ShowTask(Command):
    """Show me this task's card here, with everything that can be done about it."""

    permission: ClassVar[str] = "task.complete"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int


class SnoozeTask(Command):
    """Not now: bring the task back in an hour, or at nine on the next working day."""

    permission: ClassVar[str] = "task.complete"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int
    until: Literal["hour", "tomorrow"]


class OfferTask(Command):
    """Show me to whom I can give this task."""

    permission: ClassVar[str] = "task.give"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int


class ReleaseTask(Command):
    """Nobody has this task any more: whoever holds its role may take it."""

    permission: ClassVar[str] = "task.give"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int


class ClaimTask(Command):
    """I take this task, which belongs to a role of mine and to nobody yet."""

    permission: ClassVar[str] = "task.claim"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int


class RemindTask(Command):
    """The hour to which a task was put off has come."""

    permission: ClassVar[str] = "task.remind"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int


class EndTask(Command):
    """The stage to which a task belonged is over: there is nothing left to do."""

    permission: ClassVar[str] = "task.end"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int


class ApproveShown(Command):
    """Approve these versions and no others: what replaced one of them since it was shown is left out."""

    permission: ClassVar[str] = "document.review"
    asks: ClassVar[bool] = True

    version_ids: tuple[int, ...] = Field(min_length=1, max_length=10)
