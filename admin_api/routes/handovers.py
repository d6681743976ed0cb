"""Handing a case to the next department with its form: offered, accepted or returned."""

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.need import does
from admin_api.route import section
from admin_api.routes.cases import CASE
from admin_api.schemas.cases import CaseState, state_of
from admin_api.schemas.handovers import AtStage, NewReturnedHandover
from admin_api.schemas.ids import IdIn
from core.commands.command import Command
from core.commands.handovers import AcceptHandover, ProposeHandover, ReturnHandover
from core.views.case_view import case_view

HANDOVERS = section("cases")


@HANDOVERS.operation("POST", "/cases/{case_id}/handover", does(ProposeHandover), errors=[409], tagged=CASE)
def propose_handover(desk: AtDesk, case_id: IdIn, body: AtStage) -> CaseState:
    """Offer the case to the role that takes over.

    422 names every field of the hand-over form that is empty; 409 says why it cannot be offered now.
    """
    return _after(desk, case_id, command_of(ProposeHandover, {"case_id": case_id, **body.model_dump()}))


@HANDOVERS.operation("POST", "/cases/{case_id}/handover/accept", does(AcceptHandover), errors=[409], tagged=CASE)
def accept_handover(desk: AtDesk, case_id: IdIn) -> CaseState:
    """Take the case over: the caller is in charge from now on.

    409 says who has answered already, or that nothing is offered.
    """
    return _after(desk, case_id, command_of(AcceptHandover, {"case_id": case_id}))


@HANDOVERS.operation("POST", "/cases/{case_id}/handover/return", does(ReturnHandover), errors=[409], tagged=CASE)
def return_handover(desk: AtDesk, case_id: IdIn, body: NewReturnedHandover) -> CaseState:
    """Return what was offered, with a reason that whoever offered it reads."""
    return _after(desk, case_id, command_of(ReturnHandover, {"case_id": case_id, **body.model_dump()}))


def _after(desk: Desk, case_id: int, command: Command) -> CaseState:
    desk.do(command)
    with desk.look() as reader:
        return CaseState.model_validate(state_of(case_view(reader, desk.parts.catalogue, case_id)))
