"""Doing something to a case. Every act answers with where the case is then."""

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.need import does
from admin_api.route import section
from admin_api.routes.cases import CASE
from admin_api.schemas.acts import (
    NewAdvance,
    NewColleague,
    NewConsultation,
    NewFields,
    NewMember,
    NewMessage,
    NewReturn,
    NewSubstate,
    NewSupplement,
    NewTravellers,
)
from admin_api.schemas.cases import CaseState, state_of
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Created
from core.commands.cases import AddTraveller, AdvanceCase, AskSupplement, AssignRole, SetFields, SetSubstate
from core.commands.command import Command
from core.commands.desk import HandOver, RecordConsultation
from core.commands.sending_back import SendBack
from core.commands.work import SayToClient
from core.views.case_view import case_view

ACTS = section("cases")


@ACTS.operation("POST", "/cases/{case_id}/advance", does(AdvanceCase), errors=[409], tagged=CASE)
def advance_case(desk: AtDesk, case_id: IdIn, body: NewAdvance) -> CaseState:
    """Take a step of the case's flow.

    409 names what has to be done first, or that the case is in another stage meanwhile.
    """
    return _after(desk, case_id, command_of(AdvanceCase, {"case_id": case_id, **body.model_dump()}))


@ACTS.operation("POST", "/cases/{case_id}/send-back", does(SendBack), errors=[409], tagged=CASE)
def send_back(desk: AtDesk, case_id: IdIn, body: NewReturn) -> CaseState:
    """Send the case back to an earlier stage, with a remark that colleagues read and the client does not.

    409 names the stages to which the flow lets it go back.
    """
    return _after(desk, case_id, command_of(SendBack, {"case_id": case_id, **body.model_dump()}))


@ACTS.operation("POST", "/cases/{case_id}/substate", does(SetSubstate), errors=[409], tagged=CASE)
def set_substate(desk: AtDesk, case_id: IdIn, body: NewSubstate) -> CaseState:
    """Say more exactly where the case is within its stage."""
    return _after(desk, case_id, command_of(SetSubstate, {"case_id": case_id, **body.model_dump()}))


@ACTS.operation("POST", "/cases/{case_id}/fields", does(SetFields), errors=[409], tagged=CASE)
def set_fields(desk: AtDesk, case_id: IdIn, body: NewFields) -> CaseState:
    """Fill fields of the case; its checklist follows."""
    return _after(desk, case_id, command_of(SetFields, {"case_id": case_id, **body.model_dump()}))


@ACTS.operation("POST", "/cases/{case_id}/travellers", does(AddTraveller), status=201, errors=[409], tagged=CASE)
def add_traveller(desk: AtDesk, case_id: IdIn, body: NewTravellers) -> Created:
    """Add a traveller; his items join the checklist."""
    return Created(id=desk.do(command_of(AddTraveller, {"case_id": case_id, **body.model_dump()})))


@ACTS.operation("POST", "/cases/{case_id}/supplement", does(AskSupplement), errors=[409], tagged=CASE)
def ask_supplement(desk: AtDesk, case_id: IdIn, body: NewSupplement) -> CaseState:
    """The authority asks for more (补料): items are open again and the limit starts."""
    return _after(desk, case_id, command_of(AskSupplement, {"case_id": case_id, **body.model_dump()}))


@ACTS.operation("POST", "/cases/{case_id}/team", does(AssignRole), tagged=CASE)
def assign_role(desk: AtDesk, case_id: IdIn, body: NewMember) -> CaseState:
    """Say who does a role's work on the case."""
    return _after(desk, case_id, command_of(AssignRole, {"case_id": case_id, **body.model_dump()}))


@ACTS.operation("POST", "/cases/{case_id}/hand-over", does(HandOver), errors=[409], tagged=CASE)
def hand_over(desk: AtDesk, case_id: IdIn, body: NewColleague) -> CaseState:
    """Give a role's work to a colleague who holds the role: one's own, or any for whoever may assign.

    Open tasks and reviews follow, and he reads what was said last.
    """
    return _after(desk, case_id, command_of(HandOver, {"case_id": case_id, **body.model_dump()}))


@ACTS.operation("POST", "/cases/{case_id}/messages", does(SayToClient), status=204)
def say_to_client(desk: AtDesk, case_id: IdIn, body: NewMessage) -> None:
    """Write to the client, wherever he can be reached; he reads it as a person's words."""
    desk.do(command_of(SayToClient, {"case_id": case_id, **body.model_dump()}))


@ACTS.operation("POST", "/cases/{case_id}/consultations", does(RecordConsultation), status=201)
def record_consultation(desk: AtDesk, case_id: IdIn, body: NewConsultation) -> Created:
    """Take down a talk with the client; the timeline tells it, with its author and time."""
    return Created(id=desk.do(command_of(RecordConsultation, {"case_id": case_id, **body.model_dump()})))


def _after(desk: Desk, case_id: int, command: Command) -> CaseState:
    desk.do(command)
    with desk.look() as reader:
        return CaseState.model_validate(state_of(case_view(reader, desk.parts.catalogue, case_id)))
