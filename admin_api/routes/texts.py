"""The bot's sentences: all that it says, and the agency's own words for them."""

from typing import Annotated

from fastapi import Path, Query

from admin_api.desk import AtDesk, Desk
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.texts import BotText, BotTexts, Language, NewWords, Wording
from core.catalog.tables import text_override
from core.commands.texts import ResetText, SetText
from core.engine.text import LANGUAGES
from core.kit.errors import Invalid, NotFound
from core.store.reading import Lookup

TEXTS = section("texts")
Key = Annotated[Words, Path(max_length=80)]


def _edition(lookup: Lookup, key: str) -> object:
    """One that was never reworded has an edition as well, so that the first change of it is guarded."""
    return (key, sorted((row["language"], row["words"] or "") for row in lookup.find(text_override, text_key=key)))


TEXT = Tagged(text_override.name, "text_key", _edition)


@TEXTS.operation("GET", "/texts", may(SetText.permission))
def list_texts(
    desk: AtDesk, prefix: Annotated[Words, Query(max_length=80)] = "", cursor: Cursor = None, limit: Limit = USUAL
) -> BotTexts:
    """Every sentence that the bot can say, by the beginning of its key."""
    known = desk.parts.texts.keys()
    keys, following = page_of((key for key in known if key.startswith(prefix)), lambda key: (key,), cursor, limit)
    own = _own(desk)
    return BotTexts(texts=[_text_of(desk, key, own) for key in keys], next=following)


@TEXTS.operation("GET", "/texts/{text_key}", may(SetText.permission), tagged=TEXT)
def read_text(desk: AtDesk, text_key: Key) -> BotText:
    """One sentence, in every language."""
    if desk.parts.texts.holes(text_key) is None:
        raise NotFound(thing="text")
    return _text_of(desk, text_key, _own(desk))


@TEXTS.operation("PUT", "/texts/{text_key}/{language}", does(SetText), tagged=TEXT, guarded=True)
def set_text(desk: AtDesk, text_key: Key, language: Language, body: NewWords) -> BotText:
    """Say a sentence in the agency's own words from now on."""
    return _after(desk, SetText(key=text_key, language=language, words=body.words))


@TEXTS.operation("DELETE", "/texts/{text_key}/{language}", does(ResetText), tagged=TEXT, guarded=True)
def reset_text(desk: AtDesk, text_key: Key, language: Language) -> BotText:
    """Say a sentence in the built-in words again."""
    return _after(desk, ResetText(key=text_key, language=language))


def _after(desk: Desk, command: SetText | ResetText) -> BotText:
    """The sentence as it is now. A key that nobody says is a place that is not there, not a mistake of the body."""
    try:
        desk.do(command)
    except Invalid:
        if desk.parts.texts.holes(command.key) is None:
            raise NotFound(thing="text") from None
        raise
    return _text_of(desk, command.key, _own(desk))


def _own(desk: Desk) -> dict[tuple[str, str], str | None]:
    with desk.look() as reader:
        return {(row["text_key"], row["language"]): row["words"] for row in reader.find(text_override)}


def _text_of(desk: Desk, key: str, own: dict[tuple[str, str], str | None]) -> BotText:
    texts = desk.parts.texts
    wording = {
        language: Wording(built_in=texts.written(language, key), own=own.get((key, language))) for language in LANGUAGES
    }
    return BotText(key=key, placeholders=sorted(texts.holes(key) or ()), wording=wording)
