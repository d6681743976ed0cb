"""What a member of staff sees after he pressed a button of the desk: the thing that he asked for, in his chat."""

from typing import Any

from bot.dialogs import batch, hand_over, task_desk
from bot.dialogs.case_desk import show_case
from bot.turn import Turn
from core.cases.tables import case as case_table
from core.commands.command import Command
from core.commands.desk import (
    ApproveShown,
    ClaimTask,
    GiveTask,
    HandOver,
    OfferHandOver,
    OfferTask,
    ReleaseTask,
    ShowCase,
    SnoozeTask,
)
from core.commands.work import CompleteTask
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
            _draw_anew(turn, pressed)
            hand_over.told(turn, command)
        case ApproveShown():
            batch.approve(turn, result)
            _draw_anew(turn, pressed)
        case OfferTask():
            task_desk.offer_colleagues(turn, result)
        case SnoozeTask() | GiveTask() | ReleaseTask() | ClaimTask() | CompleteTask():
            _draw_anew(turn, pressed)
            task_desk.done(turn, command, result)


def _draw_anew(turn: Turn, pressed: Row) -> None:
    """An answer of this chat; the cards of a thing are redrawn by what follows from the deed."""
    if pressed["card"].startswith("reply:"):
        outbox.redraw(turn.uow, pressed["card"])
