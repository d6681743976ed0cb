"""The bot's sentences as the API writes them, and as an agency rewords them."""

from typing import Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.model import Given, Sent
from core.commands.texts import MOST_WORDS

Language = Literal["zh-CN", "en"]


class NewWords(Sent):
    """The agency's own words for it."""

    words: str = Field(
        max_length=MOST_WORDS,
        description="Only the placeholders of the built-in sentence; one may be left out.",
        examples=["Hello {name}, good to see you here."],
    )


class Wording(Given):
    """One sentence in one language."""

    built_in: str
    own: str | None = Field(description="The agency's words; null: the built-in ones are said.")


class BotText(Given):
    """One sentence of the bot."""

    key: str = Field(examples=["welcome.client"])
    placeholders: list[str] = Field(examples=[["name", "agency"]])
    wording: dict[str, Wording] = Field(description="By language.")


class BotTexts(Given):
    """Sentences of the bot, by their keys."""

    texts: list[BotText]
    next: Next
