"""A file that waits for the virus check: what is said to whoever has it checked again."""

from bot.dialogs.pressed import After, Pressed
from core.commands.documents import CheckFileAgain


def _asked(pressed: Pressed) -> None:
    pressed.turn.say("held.asked")


AFTER: After = {CheckFileAgain: _asked}
