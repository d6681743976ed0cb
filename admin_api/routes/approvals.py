"""Approvals of a case: its rounds with every vote, voting, deciding alone, and giving seats."""

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.names import names_of
from admin_api.need import does, reaches
from admin_api.paging import USUAL, Cursor, Limit, before_id, id_before
from admin_api.route import section
from admin_api.schemas.approvals import (
    ApprovalRound,
    ApprovalRounds,
    NewOverride,
    NewSeat,
    NewVote,
    people_of,
    round_out,
)
from admin_api.schemas.ids import IdIn
from core.cases.past import stage_once
from core.cases.tables import case
from core.commands.approvals import CastVote, GiveSeat, OverrideApproval
from core.commands.command import Command
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.views.approvals import Round, round_of, rounds_of

APPROVALS = section("approvals")


@APPROVALS.operation("GET", "/cases/{case_id}/approvals", reaches("case.read", "case", "case_id"))
def list_approvals(desk: AtDesk, case_id: IdIn, cursor: Cursor = None, limit: Limit = USUAL) -> ApprovalRounds:
    """Every round, newest first: who had a seat, what each has said, and how it ended."""
    with desk.look() as reader:
        found = rounds_of(reader, case_id, limit + 1, before=id_before(cursor))
        shown = [_told(desk, reader, each) for each in found[:limit]]
    more = before_id(shown[-1].id) if len(found) > limit else None
    return ApprovalRounds(case_id=case_id, rounds=shown, next=more)


@APPROVALS.operation("POST", "/cases/{case_id}/approvals/vote", does(CastVote), errors=[409])
def cast_vote(desk: AtDesk, case_id: IdIn, body: NewVote) -> ApprovalRound:
    """Vote in the open round. A vote stands; the same one again changes nothing.

    403: the caller has no seat. 409: it is decided, or the case is elsewhere.
    """
    return _after(desk, command_of(CastVote, {"case_id": case_id, **body.model_dump()}))


@APPROVALS.operation("POST", "/cases/{case_id}/approvals/override", does(OverrideApproval), errors=[409])
def override_approval(desk: AtDesk, case_id: IdIn, body: NewOverride) -> ApprovalRound:
    """Decide alone, with a reason that everybody reads: for roles that the flow lists.

    Also when it is decided and its step was not possible then. 409: nothing is to be decided in this stage.
    """
    return _after(desk, command_of(OverrideApproval, {"case_id": case_id, **body.model_dump()}))


@APPROVALS.operation("POST", "/cases/{case_id}/approvals/seats", does(GiveSeat), errors=[409])
def give_seat(desk: AtDesk, case_id: IdIn, body: NewSeat) -> ApprovalRound:
    """Give a seat of the open round to somebody in particular, a free one or that of a colleague who has not voted.

    409: he cannot sit, or no seat is free.
    """
    return _after(desk, command_of(GiveSeat, {"case_id": case_id, **body.model_dump()}))


def _after(desk: Desk, command: Command) -> ApprovalRound:
    approval_id = desk.do(command)
    with desk.look() as reader:
        found = round_of(reader, approval_id)
        if found is None:
            raise NotFound(thing="approval")
        return _told(desk, reader, found)


def _told(desk: Desk, reader: Reader, round_: Round) -> ApprovalRound:
    row = reader.peek(case, round_.row["case_id"])
    if row is None:
        raise NotFound(thing="case")
    stage = stage_once(reader, desk.parts.catalogue, row, round_.row["stage"])[1]
    names = names_of(reader, people_of(round_), desk.masks("client"))
    return round_out(round_, dict(stage.name), names)
