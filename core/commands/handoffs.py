"""A person takes over a chat from the bot, speaks in it, and gives it back."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class PassToPerson(Command):
    """What a client says while a person has his chat goes to that person; the bot says nothing."""

    permission: ClassVar[str] = "conversation.ask_human"
    about: ClassVar[Subject] = ("conversation", "conversation_id")

    conversation_id: int
    text: str = Field(min_length=1, max_length=4000)


class CallStaff(Command):
    """These members are asked to take a chat over; they can see it from now on."""

    permission: ClassVar[str] = "conversation.call"
    about: ClassVar[Subject] = ("handoff", "handoff_id")

    handoff_id: int
    staff_ids: tuple[int, ...] = Field(max_length=50)


class TakeOver(Command):
    """One of those who were called answers for the chat; of two the first. By the holder: this chat is the one he
    writes in now."""

    permission: ClassVar[str] = "conversation.hold"
    about: ClassVar[Subject] = ("handoff", "handoff_id")

    handoff_id: int


class PassHandoff(Command):
    """The holder gives the chat to a colleague."""

    permission: ClassVar[str] = "conversation.hold"
    about: ClassVar[Subject] = ("handoff", "handoff_id")

    handoff_id: int
    staff_id: int


class SayInChat(Command):
    """A person's words in the chat that he holds; the client sees one conversation, labelled."""

    permission: ClassVar[str] = "conversation.say"
    about: ClassVar[Subject] = ("handoff", "handoff_id")

    handoff_id: int
    text: str = Field(min_length=1, max_length=4000)


class SendFileInChat(Command):
    """A person's file in the chat that he holds, with words if he likes."""

    permission: ClassVar[str] = "conversation.say"
    about: ClassVar[Subject] = ("handoff", "handoff_id")

    handoff_id: int
    file_id: int
    text: str = Field(default="", max_length=4000)


class GiveBack(Command):
    """The bot speaks again: said by the holder, or by a client who does not want to wait."""

    permission: ClassVar[str] = "conversation.end"
    about: ClassVar[Subject] = ("handoff", "handoff_id")

    handoff_id: int


class EscalateHandoff(Command):
    """Nobody has taken the chat over in time: more people are called."""

    permission: ClassVar[str] = "conversation.call"
    about: ClassVar[Subject] = ("handoff", "handoff_id")

    handoff_id: int


class FreeHandoff(Command):
    """If its holder may not hold it any more (he stood in for somebody, or has left), the chat waits again."""

    permission: ClassVar[str] = "conversation.call"
    about: ClassVar[Subject] = ("handoff", "handoff_id")

    handoff_id: int


class AddNote(Command):
    """Words for colleagues on the timeline of a case; a client never sees them."""

    permission: ClassVar[str] = "case.note"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    text: str = Field(min_length=1, max_length=4000)


class LookAtCase(Command):
    """The client asks to see his progress or his checklist: a button of a menu."""

    permission: ClassVar[str] = "case.read"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    what: str = Field(pattern="^(progress|documents)$")
