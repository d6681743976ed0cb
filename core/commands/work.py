"""Tasks, notices, conversations and the question of satisfaction."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class CreateTask(Command):
    """Something that a person of a role must do for a case, by a working-time limit."""

    permission: ClassVar[str] = "task.create"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    role: str
    title: dict[str, str]  # language -> words
    due: str = ""  # a Span such as "1d"; empty: no limit
    key: str = ""  # at most one open task of a case has this key
    ever: bool = False  # and at most one that is done or ended
    staff_id: int | None = None  # whose it is; None: whoever does the role's work on the case
    stage: str = ""  # ends when the case leaves this stage; "current": the one where it is; empty: belongs to none


class CompleteTask(Command):
    """The task is done."""

    permission: ClassVar[str] = "task.complete"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int


class Notify(Command):
    """Tell a person something, wherever he can be reached. Rendered when it is sent, not now."""

    permission: ClassVar[str] = "notice.send"

    to: Literal["client", "staff"]
    person_id: int
    notice: str  # kind of card, see bot/cards
    subject: dict[str, int] = Field(default_factory=dict)  # ids of what the card shows
    params: dict[str, Any] = Field(default_factory=dict)
    as_: tuple[str, ...] = ()  # roles in which staff are told: who stands in for one of them is told too
    via: Literal["chat", "sms", "mail"] = "chat"
    card: str = ""  # key under which all copies are redrawn; empty: never redrawn
    once: str = ""  # at most one notice with this key is ever sent
    buttons: tuple[dict[str, Any], ...] = ()  # waiting commands, see core.ledger.buttons.Offer
    promotion: bool = False  # it advertises: held back from a client who wants none of that


class StartDialog(Command):
    """Ask a person something in his chat and remember what was asked, so that the answer finds its place."""

    permission: ClassVar[str] = "notice.send"

    to: Literal["client", "staff"]
    person_id: int
    dialog: dict[str, Any]
    buttons: tuple[dict[str, Any], ...] = ()  # answers that can be tapped, see core.ledger.buttons.Offer


class RedrawCard(Command):
    """The thing behind a card has changed: every copy that was sent is drawn anew."""

    permission: ClassVar[str] = "notice.send"

    card: str


class RenewCard(Command):
    """The thing behind a card has changed so that its buttons must change too: old ones are closed, new ones made."""

    permission: ClassVar[str] = "notice.send"

    card: str
    notice: str  # only copies of this kind: a card's key may be shared by another kind of notice
    buttons: tuple[dict[str, Any], ...]


class AskHuman(Command):
    """The client wants a person."""

    permission: ClassVar[str] = "conversation.ask_human"
    about: ClassVar[Subject] = ("conversation", "conversation_id")

    conversation_id: int
    words: str = Field(default="", max_length=4000)
    reason: Literal["word", "button", "anger", "misunderstood"] = "word"


class SayToClient(Command):
    """A member of staff writes to the client of a case; it is one conversation, labelled."""

    permission: ClassVar[str] = "conversation.say"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    text: str = Field(min_length=1, max_length=4000)


class Forget(Command):
    """The answer "no" to a question: nothing happens, and the question's other buttons are closed."""

    permission: ClassVar[str] = "question.answer"


class AskSurvey(Command):
    """Ask the client of a case one question of satisfaction."""

    permission: ClassVar[str] = "survey.ask"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    question: str  # key in the flow's messages
    scale: Literal["points", "nps"] = "points"  # 1 to 5, or 0 to 10
    promotion: bool = False  # as of Notify


class AnswerSurvey(Command):
    """The client's answer, on the scale of the question."""

    permission: ClassVar[str] = "survey.answer"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    score: int = Field(ge=0, le=10)


class PublishFlow(Command):
    """Make a flow version that never changes again. `source` is the YAML, byte for byte."""

    permission: ClassVar[str] = "flow.publish"

    source: str = Field(max_length=262_144)
