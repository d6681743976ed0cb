"""A client who writes ends the pauses that wait for him; who only says thanks, or asks the bot for something, does
not."""

import unicodedata
from collections.abc import Sequence
from functools import cache

from bot.dialogs import commands
from bot.texts.catalogue import Texts, built_in
from bot.turn import Turn
from core.cases.pausing import paused_since
from core.channel.inbound import InboundMessage
from core.clients.guardians import wards_of
from core.commands.cases import EndPause
from core.engine.text import LANGUAGES
from core.store.sealing import Row
from core.views.case_view import cases_of_client

WORDS = "pause.thanks"
"""The text that lists them; an agency rewords it as every other one."""
MOST = 40  # characters of a message that may be nothing but thanks
_BETWEEN = "、，,;；/"
_EMPTY_KINDS = frozenset({"sticker"})  # say no more than thanks do
_TO_THE_BOT = ("progress", "documents", "help", "language")  # what the bot answers by itself is no answer to anybody


def heard(turn: Turn) -> None:
    """Every case of his that waits for his words goes on: which of them he means is not known. Where he has none that
    is open, those of whom he cares for."""
    if not isinstance(turn.inbound, InboundMessage):
        return
    rows = _paused(turn, turn.actor.id)
    if rows is None:
        rows = [row for ward in wards_of(turn.uow, turn.actor.id) for row in _paused(turn, ward) or ()]
    for row in () if says_nothing(turn) else rows:
        turn.bus.attempt(turn.uow, EndPause(case_id=row["id"]), turn.cause)


def says_nothing(turn: Turn) -> bool:
    """Whether a message is only thanks, a sticker, a word for the bot, or no word at all."""
    inbound = turn.inbound
    if not isinstance(inbound, InboundMessage) or inbound.file is not None:
        return False
    if inbound.other:
        return inbound.other in _EMPTY_KINDS
    if any(commands.said(turn, each) for each in _TO_THE_BOT):
        return True
    return is_thanks(turn.text, _listed(turn.house.texts))


@cache
def shipped() -> tuple[str, ...]:
    """The words that come with Banli."""
    return _listed(built_in())


def _listed(texts: Texts) -> tuple[str, ...]:
    return tuple(word for language in LANGUAGES for word in words_of(texts.say(language, WORDS)))


def words_of(text: str) -> list[str]:
    """The words of a list, as they are compared."""
    for mark in _BETWEEN:
        text = text.replace(mark, "\n")
    return [bare for line in text.splitlines() if (bare := _bare(line))]


def is_thanks(text: str, words: Sequence[str]) -> bool:
    """Whether nothing but these words is said, one or more of them, signs and pictures apart."""
    said = _bare(text)
    if len(said) > MOST:
        return False
    reached = {0}
    for at in range(len(said)):
        if at in reached:
            reached |= {at + len(word) for word in words if said.startswith(word, at)}
    return len(said) in reached


def _bare(text: str) -> str:
    """Letters and digits alone, in one form and case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in folded if unicodedata.category(each)[0] in "LN")


def _paused(turn: Turn, client_id: int) -> list[Row] | None:
    """The client's cases whose limit stands still; None: he has no open case."""
    rows = [row for row in cases_of_client(turn.uow, client_id) if row["state"] == "open"]
    return [row for row in rows if paused_since(row) is not None] if rows else None
