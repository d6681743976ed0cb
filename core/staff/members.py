"""Members of staff: hired, changed, let go and taken back, and never the last one who could undo it."""

from collections.abc import Collection

from core.bus.deed import Deed
from core.commands.people import AddStaff
from core.commands.staffing import ChangeStaff, DisableStaff, EnableStaff, UnbindStaffIdentity
from core.engine.access import Policy, Reach
from core.events.staffing import MemberLeft
from core.kit.errors import Invalid, NotAllowed, NotPossibleNow, Problem
from core.staff.credentials import refuse_higher
from core.staff.departments import there
from core.staff.logins import login_columns
from core.staff.sessions import end_sessions
from core.staff.tables import api_key, staff, staff_identity
from core.store.reading import Lookup

ADMINISTERS = ("staff.manage", "role.manage")
"""Without somebody who has both, with no limit, nobody could give a right back that was taken away."""
ADMINS = "admins"  # the lock of whoever changes who that is


def add_staff(command: AddStaff, deed: Deed) -> int:
    """Returns the member's id. Raises Invalid naming an unknown role or a bad login name, NotFound for a department,
    NotAllowed for roles that may more than the actor."""
    _check_roles(command.roles, deed)
    if command.department_id is not None:
        there(deed.uow, command.department_id)
    row = deed.uow.add(
        staff,
        name=command.name,
        roles=sorted(command.roles),
        department_id=command.department_id,
        language=command.language,
        created_at=deed.now,
        **login_columns(deed.uow, command.login),
    )
    return int(row["id"])


def change_staff(command: ChangeStaff, deed: Deed) -> None:
    """Raises as add_staff, and NotPossibleNow for the roles of the last one who can manage staff."""
    refuse_higher(command.staff_id, deed)
    there_was = someone_administers(deed.uow, deed.wiring.policy)
    values: dict[str, object] = {
        name: value for name in ("name", "language") if (value := getattr(command, name)) is not None
    }
    if command.department_id is not None:
        there(deed.uow, command.department_id)
        values["department_id"] = command.department_id
    elif command.no_department:
        values["department_id"] = None
    if command.roles is not None:
        _check_roles(command.roles, deed)
        values["roles"] = sorted(command.roles)
    if values:  # a change of nothing is none
        deed.uow.change(staff, command.staff_id, **values)
    refuse_without_admin(deed, there_was, deed.wiring.policy)


def disable_staff(command: DisableStaff, deed: Deed) -> None:
    """His keys and sessions end with it; disabling who has left changes nothing. Raises NotAllowed about somebody who
    may more, NotPossibleNow for the last one who can manage staff."""
    refuse_higher(command.staff_id, deed)
    there_was = someone_administers(deed.uow, deed.wiring.policy)
    was_there = deed.uow.get(staff, command.staff_id)["active"]
    deed.uow.change(staff, command.staff_id, active=False)
    refuse_without_admin(deed, there_was, deed.wiring.policy)
    end_sessions(deed.uow, command.staff_id)
    for row in deed.uow.find(api_key, staff_id=command.staff_id, revoked_at=None):
        deed.uow.change(api_key, row["id"], revoked_at=deed.now)
    if was_there:
        deed.emit(MemberLeft(staff_id=command.staff_id))


def enable_staff(command: EnableStaff, deed: Deed) -> None:
    """Raises NotAllowed about somebody who may more."""
    refuse_higher(command.staff_id, deed)
    deed.uow.change(staff, command.staff_id, active=True)


def unbind_staff_identity(command: UnbindStaffIdentity, deed: Deed) -> None:
    """From the next message on it is a stranger's. Unbinding what is unbound changes nothing."""
    row = deed.uow.get(staff_identity, command.identity_id)
    refuse_higher(row["staff_id"], deed)
    if row["ended_at"] is None:
        deed.uow.change(staff_identity, row["id"], ended_at=deed.now)


def refuse_without_admin(deed: Deed, there_was: bool, policy: Policy) -> None:
    """Raises NotPossibleNow if somebody could manage staff and roles and, as things would be, nobody could any more.
    Two who do it at once are looked at one after the other."""
    deed.uow.need(ADMINS)
    if there_was and not someone_administers(deed.uow, policy):
        raise NotPossibleNow(reason="last_admin")


def someone_administers(lookup: Lookup, policy: Policy) -> bool:
    """Whether a member who is there has both rights without a limit."""
    return any(
        all(
            max((policy.grants.get(role, {}).get(right, Reach.NONE) for role in row["roles"]), default=Reach.NONE)
            is Reach.ALL
            for right in ADMINISTERS
        )
        for row in lookup.find(staff, active=True)
    )


def _check_roles(roles: Collection[str], deed: Deed) -> None:
    known = deed.wiring.policy.roles
    unknown = [role for role in roles if role not in known]
    if unknown:
        listed = "、".join(sorted(known))
        words = {"zh-CN": f"未知角色 {unknown}，可选：{listed}", "en": f"unknown role {unknown}; known: {listed}"}
        raise Invalid(problems=[Problem("/roles", "staff.role", words)])
    if deed.wiring.policy.exceeds(roles, deed.actor):
        raise NotAllowed(reason="more_than_yours")
