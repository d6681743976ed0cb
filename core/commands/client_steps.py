"""Steps that a client takes himself, by a button in his chat or in words: he confirms a draft, accepts an offer."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

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
