"""Handlers of the surveys' room."""

from core.bus.deed import Deed
from core.commands.work import AnswerSurvey, AskSurvey
from core.events.happened import SurveyAnswered, SurveyAsked
from core.kit.errors import AlreadyDecided, NotFound
from core.surveys.tables import survey


def ask_survey(command: AskSurvey, deed: Deed) -> None:
    """A case is asked once, however often a rule says so."""
    if deed.uow.first(survey, case_id=command.case_id) is None:
        deed.uow.add(survey, case_id=command.case_id, question=command.question, asked_at=deed.now)
        deed.emit(SurveyAsked(case_id=command.case_id, question=command.question))


def answer_survey(command: AnswerSurvey, deed: Deed) -> None:
    """The first answer counts. Raises NotFound, AlreadyDecided."""
    row = deed.uow.first(survey, case_id=command.case_id)
    if row is None:
        raise NotFound(thing="survey", id=command.case_id)
    if not deed.uow.settle(survey, row["id"], {"score": None}, score=command.score, answered_at=deed.now):
        raise AlreadyDecided(when=row["answered_at"])
    deed.emit(SurveyAnswered(case_id=command.case_id, score=command.score))
