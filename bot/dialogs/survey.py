"""The client's mark for how we worked."""

from bot.dialogs.pressed import After, Pressed
from core.commands.work import AnswerSurvey


def _marked(pressed: Pressed) -> None:
    pressed.redraw()
    pressed.turn.say("survey.thanks", score=pressed.command.score)


AFTER: After = {AnswerSurvey: _marked}
