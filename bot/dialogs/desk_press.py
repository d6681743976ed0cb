"""What a member of staff sees after he pressed a button of the desk: the thing that he asked for, in his chat."""

from typing import Any

from bot.dialogs import hand_over
from bot.dialogs.case_desk import show_case
from bot.turn import Turn
from core.cases.tables import case as case_table
from core.commands.command import Command
from core.commands.desk import HandOver, OfferHandOver, ShowCase
from core.ledger import outbox
from core.store.sealing import Row


def after(turn: Turn, pressed: Row, command: Command, result: Any) -> None:
    """`pressed` is the button; `result` what the command's handler returned."""
    match command:
        case ShowCase():
            show_case(turn, turn.uow.get(case_table, command.case_id))
        case OfferHandOver():
            hand_over.offer_next(turn, command, result)
        case HandOver():
            outbox.redraw(turn.uow, pressed["card"])
            hand_over.told(turn, command)
