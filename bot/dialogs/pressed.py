"""What a dialog learns of a press that was carried out, so that it can say what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.turn import Turn
from core.commands.command import Command
from core.ledger import outbox
from core.store.sealing import Row


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press: the button's row, the command that waited in it, and what the command's handler returned."""

    turn: Turn
    button: Row
    command: Any
    result: Any

    def redraw(self) -> None:
        """The card of the button anew: a question that was answered loses its buttons."""
        outbox.redraw(self.turn.uow, self.button["card"])

    def redraw_reply(self) -> None:
        """An answer of this chat anew; the cards of a thing are redrawn by what follows from the deed."""
        if self.button["card"].startswith("reply:"):
            self.redraw()


After = Mapping[type[Command], Callable[[Pressed], None]]
"""What each dialog brings: the commands after whose press it has something to say."""
