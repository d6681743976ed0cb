"""Thinking better of it: a word that ends the question that is open in a chat."""

from bot.dialogs.commands import WORDS
from bot.turn import Turn


def cancelled(turn: Turn) -> bool:
    """Whether these words are that word; then the question is closed, and he is told."""
    if turn.text.lower() not in WORDS["cancel"]:
        return False
    turn.ask(None)
    turn.say("form.cancelled")
    return True
