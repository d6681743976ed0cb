"""Staff: the caller himself, new members and their accounts."""

from admin_api.desk import AtDesk, command_of
from admin_api.need import does, member
from admin_api.route import section
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Created
from admin_api.schemas.people import Me, NewDigest, NewIdentity, NewStaff
from core.commands.digests import SetDigest
from core.commands.people import AddStaff, BindStaffIdentity
from core.engine.access import Mask, Reach
from core.kit.errors import NotFound
from core.staff.tables import staff

STAFF = section("staff")


@STAFF.operation("GET", "/me", member(), at_once=True)
def read_me(desk: AtDesk) -> Me:
    """The caller: roles, rights and what he sees of which field."""
    actor, policy = desk.actor, desk.parts.policy
    with desk.look() as reader:
        row = reader.peek(staff, actor.id)
    if row is None:
        raise NotFound(thing="staff")
    granted = sorted({name for role in actor.roles for name in policy.grants.get(role, {})})
    rows = {name: policy.rows(actor, name) for name in granted}
    return Me(
        id=actor.id,
        name=actor.name,
        language=row["language"],
        roles=sorted(actor.roles),
        role_names={role: policy.named(role) for role in sorted(actor.roles)},
        department_id=actor.department,
        permissions={name: reach.name.lower() for name, reach in rows.items() if reach is not Reach.NONE},
        fields={
            kind: {name: mask.name.lower() for name, mask in desk.masks(kind).items() if mask is not Mask.HIDDEN}
            for kind in policy.field_rules.kinds
        },
    )


@STAFF.operation("POST", "/me/digest", does(SetDigest), status=204)
def set_digest(desk: AtDesk, body: NewDigest) -> None:
    """Say when the caller is told what waits for him: an hour of the office's clock, on working days or every day."""
    desk.do(SetDigest(staff_id=desk.actor.id, at=body.at, daily=body.daily))


@STAFF.operation("POST", "/staff", does(AddStaff), status=201, errors=[404, 409])
def add_staff(desk: AtDesk, body: NewStaff) -> Created:
    """Add a member of staff."""
    return Created(id=desk.do(command_of(AddStaff, body.model_dump())))


@STAFF.operation("POST", "/staff/{staff_id}/identities", does(BindStaffIdentity), status=204)
def bind_staff_identity(desk: AtDesk, staff_id: IdIn, body: NewIdentity) -> None:
    """Say that an account on a channel is this member's."""
    desk.do(command_of(BindStaffIdentity, {"staff_id": staff_id, **body.model_dump()}))
