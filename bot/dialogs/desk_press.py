"""What a member of staff sees after he pressed a button of the desk: the thing that he asked for, in his chat."""

from bot.dialogs.case_desk import show_case
from bot.turn import Turn
from core.cases.tables import case
from core.commands.command import Command
from core.commands.desk import ShowCase


def after(turn: Turn, command: Command) -> None:
    if isinstance(command, ShowCase):
        show_case(turn, turn.uow.get(case, command.case_id))
