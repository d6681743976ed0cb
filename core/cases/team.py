"""Who works on a case: a person per role, and how a role without a person finds one."""

from collections.abc import Collection, Mapping

from sqlalchemy import Column, ColumnElement, select

from core.bus.deed import Deed
from core.cases.second_look import pass_on
from core.cases.tables import case, case_member, document_version
from core.commands.cases import AssignRole
from core.commands.desk import HandOver, OfferHandOver
from core.engine.access import Actor
from core.events.happened import RoleAssigned
from core.kit.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Problem
from core.staff.delegation import refuse_oneself
from core.staff.tables import staff
from core.store.sealing import Row
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


def on_team(people: Collection[int], case_id: Column[int] = case.c.id) -> ColumnElement[bool]:
    """Open cases, or what belongs to them, on whose team one of these people is. Found from the people, however many
    cases the house has."""
    return case_id.in_(select(case_member.c.case_id).where(case_member.c.staff_id.in_(sorted(people))))


def assign_role(command: AssignRole, deed: Deed) -> None:
    """Raises Invalid for an unknown role, NotFound for an unknown person or one who has left, NotAllowed for a deputy
    who would give it to himself."""
    give_role(command.case_id, command.role, command.staff_id, deed)


def hand_over(command: HandOver, deed: Deed) -> None:
    """Raises NotAllowed for a role that is neither the actor's own on this case nor his to assign, NotPossibleNow for
    a colleague who does not hold the role, and as assign_role."""
    row = deed.uow.get(case, command.case_id)
    if not _may_give(command.role, row, deed):
        raise NotAllowed(reason="not_your_role")
    if command.staff_id not in {each["id"] for each in colleagues(deed.uow, row, command.role)}:
        raise NotPossibleNow(reason="not_his_role")
    give_role(command.case_id, command.role, command.staff_id, deed)


def offer_hand_over(command: OfferHandOver, deed: Deed) -> tuple[list[str], list[Row]]:
    """Returns the roles that the actor may give, and with a role the colleagues who can take it; the chat in which it
    was tapped shows them. Raises NotAllowed when there is no such role."""
    row = deed.uow.get(case, command.case_id)
    roles = roles_to_give(row, deed.actor, deed)
    if not (_may_give(command.role, row, deed) if command.role else roles):
        raise NotAllowed(reason="not_your_role")
    people = colleagues(deed.uow, row, command.role) if command.role else []
    return roles, [each for each in people if not deed.actor.behalf or each["id"] != deed.actor.id]


def roles_to_give(row: Row, actor: Actor, deed: Deed) -> list[str]:
    """Every role of the team for whoever may assign on this case; else those that the actor has himself."""
    if _assigns(row, actor, deed):
        return list(row["team"])
    return [role for role, person in row["team"].items() if person in actor.people]


def _may_give(role: str, row: Row, deed: Deed) -> bool:
    """One of his; and whoever may assign fills any that nobody has yet."""
    return role in roles_to_give(row, deed.actor, deed) or (role not in row["team"] and _assigns(row, deed.actor, deed))


def _assigns(row: Row, actor: Actor, deed: Deed) -> bool:
    subject = deed.wiring.subjects["case"](deed.uow, row["id"])
    return subject is not None and deed.wiring.policy.may(actor, "case.assign", subject)


def colleagues(uow: UnitOfWork, row: Row, role: str) -> list[Row]:
    """Members with this role who do not do its work on this case yet, those of the case's department first."""
    members = [
        each for each in uow.find(staff, active=True) if role in each["roles"] and each["id"] != row["team"].get(role)
    ]
    return sorted(members, key=lambda each: (each["department_id"] != row["department_id"], each["id"]))


def give_role(
    case_id: int, role: str, staff_id: int, deed: Deed, *, way: str = "", why: Mapping[str, str] | None = None
) -> None:
    """`way` and `why`: how and why he was chosen, if a rule has done it. Raises as assign_role."""
    if role not in deed.wiring.policy.roles:
        words = {"zh-CN": f"未知角色 {role}", "en": f"unknown role {role}"}
        raise Invalid(problems=[Problem("/role", "staff.role", words)])
    if not deed.uow.get(staff, staff_id)["active"]:
        raise NotFound(thing="staff", id=staff_id)
    refuse_oneself(deed.actor, staff_id)
    row = deed.uow.get(case, case_id)
    before = row["team"].get(role)
    team = {**row["team"], role: staff_id}
    values: dict[str, object] = {"team": team}
    if row["department_id"] is None:  # opened without a team: the first one decides which department answers for it
        values["department_id"] = deed.uow.get(staff, staff_id)["department_id"]
    deed.uow.change(case, row["id"], **values)
    if before is not None and (role == "reviewer" or before not in team.values()):
        for version in deed.uow.find(document_version, case_id=row["id"], status="submitted"):
            pass_on(version, before, staff_id, deed)
    deed.emit(
        RoleAssigned(case_id=row["id"], role=role, staff_id=staff_id, before=before, way=way, why=dict(why or {}))
    )
