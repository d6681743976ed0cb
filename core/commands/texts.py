"""Commands about the agency's own wording of the bot's sentences."""

from typing import ClassVar, Literal

from pydantic import Field

from core.commands.command import Command

MOST_WORDS = 2000  # characters of one sentence, about what every messenger takes in one message


class SetText(Command):
    """Say one sentence of the catalogue in the agency's own words, from now on, in one language."""

    permission: ClassVar[str] = "text.write"

    key: str = Field(max_length=80)
    language: Literal["zh-CN", "en"]
    words: str = Field(max_length=MOST_WORDS)


class ResetText(Command):
    """Say it as it was written again."""

    permission: ClassVar[str] = "text.write"

    key: str = Field(max_length=80)
    language: Literal["zh-CN", "en"]
