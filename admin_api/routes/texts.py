"""The bot's sentences: all that it says, and the agency's own words for them."""

from typing import Annotated

from fastapi import Query

from admin_api.desk import AtDesk, Desk
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.texts import BotText, BotTexts, NewWords, TextChoice, Wording
from core.catalog.tables import text_override
from core.commands.texts import ResetText, SetText
from core.engine.text import LANGUAGES

TEXTS = section("texts")


@TEXTS.operation("GET", "/texts", may(SetText.permission))
def list_texts(
    desk: AtDesk, prefix: Annotated[Words, Query(max_length=80)] = "", cursor: Cursor = None, limit: Limit = USUAL
) -> BotTexts:
    """Every sentence that the bot can say, by the beginning of its key."""
    known = desk.parts.texts.keys()
    keys, following = page_of((key for key in known if key.startswith(prefix)), lambda key: (key,), cursor, limit)
    own = _own(desk)
    return BotTexts(texts=[_text_of(desk, key, own) for key in keys], next=following)


@TEXTS.operation("POST", "/texts", does(SetText))
def set_text(desk: AtDesk, body: NewWords) -> BotText:
    """Say a sentence in the agency's own words from now on."""
    desk.do(SetText(key=body.key, language=body.language, words=body.words))
    return _text_of(desk, body.key, _own(desk))


@TEXTS.operation("POST", "/texts/reset", does(ResetText))
def reset_text(desk: AtDesk, body: TextChoice) -> BotText:
    """Say a sentence in the built-in words again."""
    desk.do(ResetText(key=body.key, language=body.language))
    return _text_of(desk, body.key, _own(desk))


def _own(desk: Desk) -> dict[tuple[str, str], str | None]:
    with desk.look() as reader:
        return {(row["text_key"], row["language"]): row["words"] for row in reader.find(text_override)}


def _text_of(desk: Desk, key: str, own: dict[tuple[str, str], str | None]) -> BotText:
    texts = desk.parts.texts
    wording = {
        language: Wording(built_in=texts.written(language, key), own=own.get((key, language))) for language in LANGUAGES
    }
    return BotText(key=key, placeholders=sorted(texts.holes(key) or ()), wording=wording)
