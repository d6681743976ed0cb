"""日报 08:30: a member of staff chooses when he is told what waits for him, or that he is not."""

import re

from bot.turn import Turn
from core.commands.digests import SetDigest

WORDS = re.compile(
    r"(?:日报|/?digest)\s*(?:(?P<hour>\d{1,2})[:：](?P<minute>\d{2})\s*(?P<daily>每天|daily)?|(?P<off>关|关闭|off))?",
    re.IGNORECASE,
)


def choose(turn: Turn) -> None:
    """An hour of the office's clock, on working days unless he says 每天; 日报 alone tells how."""
    match = WORDS.fullmatch(turn.text)
    if match is None or (match["hour"] is None and match["off"] is None):
        turn.say("digest.usage")
        return
    if match["off"]:
        if _done(turn, SetDigest(staff_id=turn.actor.id)):
            turn.say("digest.off")
        return
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 23 or minute > 59:
        turn.say("digest.usage")
        return
    at, daily = f"{hour:02}:{minute:02}", match["daily"] is not None
    if _done(turn, SetDigest(staff_id=turn.actor.id, at=at, daily=daily)):
        turn.say("digest.daily" if daily else "digest.on", at=at)


def _done(turn: Turn, command: SetDigest) -> bool:
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
    return refusal is None
