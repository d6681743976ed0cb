"""Handlers of the surveys' room, and the question that is open."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from core.bus.deed import Deed
from core.clients.promotion import opted_out, why_not
from core.commands.work import AnswerSurvey, AskSurvey
from core.events.gag import NoticeHeld
from core.events.happened import SurveyAnswered, SurveyAsked
from core.kit.errors import AlreadyDecided, Invalid, NotFound, NotPossibleNow, Problem
from core.kit.words import as_is, said
from core.ledger.buttons import offer
from core.store.reading import Lookup
from core.store.sealing import Row
from core.surveys.tables import survey

POINTS: Final = "points"
MARKS: Final[Mapping[str, range]] = MappingProxyType({POINTS: range(1, 6), "nps": range(11)})
"""Scale -> the marks that it has."""


def ask_survey(command: AskSurvey, deed: Deed) -> None:
    """A case is asked once, however often a rule says so; a question that advertises is held back from a client who
    wants none. Raises NotPossibleNow in a stage with a gag."""
    if deed.uow.first(survey, case_id=command.case_id) is None:
        gag = deed.tool("gag_of_case")(deed.uow, command.case_id)
        if gag is not None:  # another rule may ask later
            raise NotPossibleNow(reason="gag")
        if command.promotion and _wants_none(command.case_id, deed):
            told = {"notice": "survey", "message": command.question, "via": "chat"}
            deed.emit(NoticeHeld(case_id=command.case_id, why=why_not(deed), **told))
            return
        asked = {"case_id": command.case_id, "question": command.question, "scale": command.scale}
        deed.uow.add(survey, **asked, asked_at=deed.now)
        deed.emit(SurveyAsked(case_id=command.case_id, question=command.question))


def _wants_none(case_id: int, deed: Deed) -> bool:
    subject = deed.wiring.subjects["case"](deed.uow, case_id)
    return subject is not None and subject.client_id is not None and opted_out(deed.uow, subject.client_id)


def answer_survey(command: AnswerSurvey, deed: Deed) -> None:
    """The first answer counts. Raises NotFound, AlreadyDecided, Invalid for a mark that the scale does not have."""
    row = deed.uow.first(survey, case_id=command.case_id)
    if row is None:
        raise NotFound(thing="survey", id=command.case_id)
    marks = marks_of(row)
    if command.score not in marks:
        zh, en = f"请给出 {marks[0]} 到 {marks[-1]} 的分数", f"give a score from {marks[0]} to {marks[-1]}"
        raise Invalid(problems=[Problem("/score", "survey.score", {"zh-CN": zh, "en": en})])
    if not deed.uow.settle(survey, row["id"], {"score": None}, score=command.score, answered_at=deed.now):
        raise AlreadyDecided(when=row["answered_at"])
    deed.emit(SurveyAnswered(case_id=command.case_id, score=command.score))


def open_survey(lookup: Lookup, cases: list[int]) -> Row | None:
    """The newest question about one of these cases that has no answer."""
    asked = [row for each in cases for row in lookup.find(survey, case_id=each) if row["score"] is None]
    return max(asked, key=lambda row: row["id"], default=None)


def survey_card(case_id: int) -> str:
    """The key under which every copy of the question is known."""
    return f"survey:{case_id}"


def marks_of(row: Row) -> range:
    """The marks that may be given to this question."""
    return MARKS[row["scale"] or POINTS]


def scores(row: Row) -> tuple[dict[str, Any], ...]:
    """A button for each mark; of 0 to 10 only the ends are said in words."""
    scale = row["scale"] or POINTS
    worded = MARKS[scale] if scale == POINTS else (0, 10)
    return tuple(
        offer(
            AnswerSurvey(case_id=row["case_id"], score=each),
            said(f"button.{'score' if scale == POINTS else scale}_{each}") if each in worded else as_is(str(each)),
        )
        for each in MARKS[scale]
    )
