"""A client who wants no advertising says 退订, TD, unsubscribe or stop, and 恢复订阅 or subscribe to have it again."""

from collections.abc import Mapping
from typing import Final

from bot.turn import Turn
from core.commands.promotion import SetPromotion
from core.engine.text import one_form

OFF: Final = frozenset({"退订", "td", "unsubscribe", "stop"})
ON: Final = frozenset({"恢复订阅", "subscribe"})
_WANTED: Final[Mapping[str, bool]] = {**dict.fromkeys(OFF, False), **dict.fromkeys(ON, True)}


def wanted(turn: Turn) -> bool | None:
    """What he wants; None: these words say nothing about it. Exactly one of them, in any case and width."""
    return _WANTED.get(one_form(turn.text).strip())


def settle(turn: Turn) -> None:
    """He is told what that means, and how it is taken back."""
    wants = bool(wanted(turn))
    _, refusal = turn.bus.attempt(turn.uow, SetPromotion(client_id=turn.actor.id, wanted=wants), turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
    else:
        turn.say("promotion.on" if wants else "promotion.off")
