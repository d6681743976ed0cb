"""Sending a case back to an earlier stage, with a remark that stays inside."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class OfferSendBack(Command):
    """Show me to which earlier stages I can send this case back; with one of them, ask me for the remark."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    to: str = Field(default="", max_length=60)
    stage: str | None = None  # where the caller believes the case to be


class SendBack(Command):
    """The case goes back to an earlier stage that its flow lets it go back to; colleagues read why, clients do not."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    to: str = Field(min_length=1, max_length=60)
    remark: str = Field(min_length=1, max_length=2000)
    stage: str | None = None
