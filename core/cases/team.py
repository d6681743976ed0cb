"""Who works on a case: a person per role, and how a role without a person finds one."""

from core.bus.deed import Deed
from core.cases.tables import case
from core.commands.cases import AssignRole
from core.events.happened import RoleAssigned
from core.kit.errors import Invalid, Problem
from core.staff.policy import ROLES
from core.staff.tables import staff
from core.store.unit import UnitOfWork


def who(uow: UnitOfWork, case_id: int, role: str) -> int | None:
    """The person of this role on this case, if he has not left; else a member with that role, own department first."""
    row = uow.get(case, case_id)
    named = row["team"].get(role)
    if named is not None and uow.get(staff, named)["active"]:
        return int(named)
    members = [each for each in uow.find(staff, active=True) if role in each["roles"]]
    members.sort(key=lambda each: (each["department_id"] != row["department_id"], each["id"]))
    return int(members[0]["id"]) if members else None


def open_cases(uow: UnitOfWork, client_id: int) -> list[int]:
    """Ids of the cases of a client that are under way."""
    return [int(row["id"]) for row in uow.find(case, client_id=client_id, state="open")]


def assign_role(command: AssignRole, deed: Deed) -> None:
    """Raises Invalid for an unknown role, NotFound for an unknown person."""
    if command.role not in ROLES:
        words = {"zh-CN": f"未知角色 {command.role}", "en": f"unknown role {command.role}"}
        raise Invalid(problems=[Problem("/role", "staff.role", words)])
    deed.uow.get(staff, command.staff_id)
    row = deed.uow.get(case, command.case_id)
    before = row["team"].get(command.role)
    deed.uow.change(case, row["id"], team={**row["team"], command.role: command.staff_id})
    deed.emit(RoleAssigned(case_id=row["id"], role=command.role, staff_id=command.staff_id, before=before))
