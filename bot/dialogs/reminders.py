"""A client puts a reminder off: with its button, or in words (明天再提醒, 3天后提醒我)."""

import re

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.commands.reminders import SnoozeReminders
from core.kit.words import on_day

LATER = re.compile(
    r"(?:明天|(?P<zh>\d{1,2})\s*天(?:以?后|之后))再?提醒(?:我)?(?:吧)?[。！]?"
    r"|remind me (?:tomorrow|in (?P<en>\d{1,2}) days?)\.?",
    re.IGNORECASE,
)
MOST_DAYS = 14


def later(turn: Turn) -> None:
    """Not before that day, and on that day."""
    match = LATER.fullmatch(turn.text)
    days = 1 if match is None else int(match["zh"] or match["en"] or 1)
    if not 1 <= days <= MOST_DAYS:
        turn.say("remind.too_far", most=MOST_DAYS)
        return
    day = turn.attempt(SnoozeReminders(client_id=turn.actor.id, days=days))
    if day is not None:
        _say(turn, day)


def _say(turn: Turn, day: str) -> None:
    turn.say("remind.later", day=on_day(day))


def _snoozed(pressed: Pressed) -> None:
    _say(pressed.turn, pressed.result)


AFTER: After = {SnoozeReminders: _snoozed}
