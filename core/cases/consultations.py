"""Consultations: what was talked about with a client, taken down by his adviser; and a case shown or asked about."""

from core.bus.deed import Deed
from core.cases.tables import case, consultation
from core.clients.contact import contacted
from core.commands.desk import AskWords, RecordConsultation, ShowCase, ShowSteps
from core.events.desk import ConsultationRecorded, StepsWanted, WordsAsked
from core.kit.errors import Invalid, NotAllowed, Problem

ANSWERS = ("summary", "demand", "assessment")
"""What is asked, in this order."""


def record_consultation(command: RecordConsultation, deed: Deed) -> int:
    """Returns the record's id. A closed case may still be talked about. Raises Invalid for an answer of blanks."""
    blank = [name for name in ANSWERS if not getattr(command, name).strip()]
    if blank:
        words = {"zh-CN": "请填写内容", "en": "please say something"}
        raise Invalid(problems=[Problem(f"/{name}", "consultation.blank", words) for name in blank])
    row = deed.uow.add(
        consultation,
        case_id=command.case_id,
        summary=command.summary.strip(),
        demand=command.demand.strip(),
        assessment=command.assessment.strip(),
        by_id=deed.actor.id,
        at=deed.now,
    )
    deed.emit(ConsultationRecorded(case_id=command.case_id, consultation_id=row["id"]))
    contacted(deed, deed.uow.get(case, command.case_id)["client_id"], "consultation")
    return int(row["id"])


def ask_words(command: AskWords, deed: Deed) -> None:
    """The next words of this member of staff are the answer."""
    deed.emit(WordsAsked(case_id=command.case_id, staff_id=deed.actor.id, what=command.what))


def show_case(command: ShowCase, deed: Deed) -> int:
    """Returns the case's id; the chat in which it was tapped shows it. Raises NotAllowed for anybody but staff."""
    if deed.actor.kind != "staff":
        raise NotAllowed(permission=command.permission)
    return int(deed.uow.get(case, command.case_id)["id"])


def show_steps(command: ShowSteps, deed: Deed) -> None:
    """The card of the stage comes to him. Raises NotAllowed for anybody but staff."""
    if deed.actor.kind != "staff":
        raise NotAllowed(permission=command.permission)
    deed.emit(StepsWanted(case_id=command.case_id, staff_id=deed.actor.id))
