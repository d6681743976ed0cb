"""Members of staff and their accounts: read, changed, let go, taken back."""

from typing import Annotated, Any

from fastapi import Query

from admin_api.desk import AtDesk, command_of
from admin_api.entity_tag import Tagged
from admin_api.need import does, may, reaches
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.ids import IdIn, read_id
from admin_api.schemas.people import BoundAccount, BoundAccounts, StaffChange, StaffList, StaffMember
from core.commands.staffing import ChangeStaff, DisableStaff, EnableStaff, UnbindStaffIdentity
from core.kit.errors import NotFound
from core.staff.second_factor import is_on
from core.staff.tables import credential, staff, staff_identity
from core.store.reading import Lookup, Reader
from core.store.sealing import Row

MEMBERS = section("staff")
_RIGHT = ChangeStaff.permission
_CHANGED = ("id", "name", "roles", "department_id", "language", "active")


def _edition(lookup: Lookup, given: str) -> object:
    """What an admin says of a member; what he sets for himself leaves it as it is."""
    staff_id = read_id(given)
    row = None if staff_id is None else lookup.peek(staff, staff_id)
    return None if row is None else [row[name] for name in _CHANGED]


MEMBER = Tagged(staff.name, "staff_id", _edition)


@MEMBERS.operation("GET", "/staff", may(_RIGHT))
def list_staff(
    desk: AtDesk,
    department_id: Annotated[IdIn | None, Query(description="Only this department, without those below it.")] = None,
    active: Annotated[bool | None, Query(description="Left out: also who has left.")] = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> StaffList:
    """Members of staff, the first to be hired first."""
    equal: dict[str, Any] = {} if active is None else {"active": active}
    if department_id is not None:
        equal["department_id"] = department_id
    with desk.look() as reader:
        rows, following = page_of(reader.find(staff, **equal), lambda row: (int(row["id"]),), cursor, limit)
        return StaffList(staff=[_member(reader, row) for row in rows], next=following)


@MEMBERS.operation("GET", "/staff/{staff_id}", reaches(_RIGHT, "staff", "staff_id"), tagged=MEMBER)
def read_staff(desk: AtDesk, staff_id: IdIn) -> StaffMember:
    """One member of staff."""
    with desk.look() as reader:
        row = reader.peek(staff, staff_id)
        if row is None:
            raise NotFound(thing="staff")
        return _member(reader, row)


@MEMBERS.operation("POST", "/staff/{staff_id}", does(ChangeStaff), errors=[409], tagged=MEMBER, guarded=True)
def change_staff(desk: AtDesk, staff_id: IdIn, body: StaffChange) -> StaffMember:
    """Change a member's name, roles, department or language; other rights count from his next request on.

    Nobody gives a role that may more than he may himself, and the last one who can manage staff keeps that right.
    """
    values = body.model_dump(exclude_unset=True)
    without = "department_id" in values and values["department_id"] is None
    desk.do(command_of(ChangeStaff, values | {"staff_id": staff_id, "no_department": without}))
    return read_staff(desk, staff_id)


@MEMBERS.operation("POST", "/staff/{staff_id}/disable", does(DisableStaff), status=204, errors=[409], tagged=MEMBER)
def disable_staff(desk: AtDesk, staff_id: IdIn) -> None:
    """Let a member go: his keys, sessions and buttons open nothing from the next request on."""
    desk.do(DisableStaff(staff_id=staff_id))


@MEMBERS.operation("POST", "/staff/{staff_id}/enable", does(EnableStaff), status=204, tagged=MEMBER)
def enable_staff(desk: AtDesk, staff_id: IdIn) -> None:
    """Take a member back; his old keys and sessions stay ended."""
    desk.do(EnableStaff(staff_id=staff_id))


@MEMBERS.operation("GET", "/staff/{staff_id}/identities", reaches(_RIGHT, "staff", "staff_id"))
def list_staff_identities(desk: AtDesk, staff_id: IdIn, cursor: Cursor = None, limit: Limit = USUAL) -> BoundAccounts:
    """The accounts on channels that are this member's."""
    with desk.look() as reader:
        rows = reader.find(staff_identity, staff_id=staff_id, ended_at=None)
    rows, following = page_of(rows, lambda row: (int(row["id"]),), cursor, limit)
    names = BoundAccount.model_fields
    found = [BoundAccount(**{name: row[name] for name in names}) for row in rows]
    return BoundAccounts(identities=found, next=following)


@MEMBERS.operation("POST", "/identities/{identity_id}/unbind", does(UnbindStaffIdentity), status=204)
def unbind_staff_identity(desk: AtDesk, identity_id: IdIn) -> None:
    """Take an account on a channel away from the member whose it is."""
    desk.do(UnbindStaffIdentity(identity_id=identity_id))


def _member(reader: Reader, row: Row) -> StaffMember:
    kept = reader.first(credential, staff_id=row["id"])
    return StaffMember(
        id=row["id"],
        name=row["name"],
        roles=row["roles"],
        department_id=row["department_id"],
        language=row["language"],
        active=row["active"],
        login=row["login"],
        second_factor=kept is not None and is_on(kept),
        created_at=row["created_at"],
    )
