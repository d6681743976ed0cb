"""Delegation: a colleague does somebody's work for some days."""

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.need import does, may
from admin_api.route import section
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Created
from admin_api.schemas.people import Delegation, Delegations, NewDelegation
from core.commands.delegations import DelegateWork, EndDelegation
from core.staff.delegation import given, last_day, received
from core.store.sealing import Row

DELEGATIONS = section("staff")
MOST = 100


@DELEGATIONS.operation("GET", "/delegations", may("staff.delegate"))
def list_delegations(desk: AtDesk) -> Delegations:
    """What the caller has delegated, and what was delegated to him, as long as it is not over."""
    now = desk.parts.clock.now()
    with desk.look() as reader:
        mine, others = given(reader, desk.actor.id, now), received(reader, desk.actor.id, now)
    first, second = ([_shown(desk, row) for row in rows[:MOST]] for rows in (mine, others))
    return Delegations(given=first, received=second)


@DELEGATIONS.operation("POST", "/delegations", does(DelegateWork), status=201, errors=[404, 409])
def delegate_work(desk: AtDesk, body: NewDelegation) -> Created:
    """Name a colleague who does one's own work from the first to the last day, or a member's whom one leads.

    He may do what is assigned to that member and no more; the records name both. It ends by itself.
    """
    values = body.model_dump()
    return Created(id=desk.do(command_of(DelegateWork, values | {"staff_id": values["staff_id"] or desk.actor.id})))


@DELEGATIONS.operation("POST", "/delegations/{delegation_id}/end", does(EndDelegation), status=204)
def end_delegation(desk: AtDesk, delegation_id: IdIn) -> None:
    """End it before its last day."""
    desk.do(EndDelegation(delegation_id=delegation_id))


def _shown(desk: Desk, row: Row) -> Delegation:
    zone = desk.parts.bus.wiring.tools["zone"]
    return Delegation(
        id=row["id"],
        staff_id=row["staff_id"],
        delegate_id=row["delegate_id"],
        role=row["role"],
        first=row["starts"].astimezone(zone).date().isoformat(),
        last=last_day(row, zone),
        active=row["starts"] <= desk.parts.clock.now(),
    )
