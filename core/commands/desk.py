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
