"""The client's mark for how we worked: a tap, or words."""

import re

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.commands.work import AnswerSurvey
from core.ledger import outbox
from core.ledger.buttons import close_card
from core.store.locks import case_key
from core.surveys.service import marks_of, open_survey, survey_card
from core.views.case_view import cases_of_client

RATING = re.compile(r"/?(?:评分|打分|score|rate)[\s:：]*(?P<score>\d{1,2})\s*分?", re.IGNORECASE)


def by_words(turn: Turn) -> None:
    """评分 9 / rate 9"""
    row = open_survey(turn.uow, [each["id"] for each in cases_of_client(turn.uow, turn.actor.id)])
    match = RATING.fullmatch(turn.text)
    if row is None or match is None:
        turn.say("survey.none")
        return
    turn.uow.need(case_key(row["case_id"]))
    score, marks = int(match["score"]), marks_of(row)
    if score not in marks:
        turn.say("survey.range", least=marks[0], most=marks[-1])
        return
    _, refusal = turn.bus.attempt(turn.uow, AnswerSurvey(case_id=row["case_id"], score=score), turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
        return
    close_card(turn.uow, survey_card(row["case_id"]))
    outbox.redraw(turn.uow, survey_card(row["case_id"]))
    turn.say("survey.thanks", score=score)


def _marked(pressed: Pressed) -> None:
    pressed.redraw()
    pressed.turn.say("survey.thanks", score=pressed.command.score)


AFTER: After = {AnswerSurvey: _marked}
