"""What a client does in his case himself, by a button in his chat or in words: he confirms a draft, accepts an offer,
tells what the case needs to know."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command
from core.commands.contracts import FieldValue

Subject = tuple[str, str] | None


class TakeStep(Command):
    """I, the client, take this step of my case. `stage` is where I was asked."""

    permission: ClassVar[str] = "case.answer"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    trigger: str = Field(max_length=60)
    stage: str | None = None
    reason: str = Field(default="", max_length=2000)
    confirmed: bool = False  # a chat asks before a step that wants it


class AskWhy(Command):
    """I want to take this step: ask me for the reason that goes with it."""

    permission: ClassVar[str] = "case.answer"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    trigger: str = Field(max_length=60)
    stage: str | None = None


class AskFacts(Command):
    """Ask me what my case still needs to know, one question after the other."""

    permission: ClassVar[str] = "case.fill"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int


class GiveFacts(Command):
    """I, the client, tell what was asked of me: fields of my case that are mine to fill and still empty."""

    permission: ClassVar[str] = "case.fill"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    fields: dict[str, FieldValue] = Field(min_length=1, max_length=100)
