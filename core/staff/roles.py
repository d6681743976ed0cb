"""Handlers of roles: nobody gives more than he has, clients and the system are out of reach, and an admin is left."""

from typing import Any, Final

from sqlalchemy import Table

from core.bus.deed import Deed
from core.commands.roles import ResetRole, SetGrant, SetMask, SetRole
from core.engine.access import PII_CLASSES, Mask, Policy, Reach
from core.kit.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Problem
from core.staff.living import BELL, overlaid
from core.staff.members import refuse_without_admin, someone_administers
from core.staff.tables import role, role_grant, role_mask, staff

RESERVED: Final = ("client", "system", "guardian", "member", "anybody")
WHOLE: Final = frozenset({"staff.manage", "role.manage", "flow.publish", "text.write"})
"""Rights that concern the whole agency: they are had without a limit, or not at all."""
OWN_ONLY: Final = frozenset({"staff.account"})
"""Rights to one's own account, which everybody has and nobody has of another's."""


def set_role(command: SetRole, deed: Deed) -> None:
    """Raises Invalid for a name that is not the agency's to take, NotFound for another name of a role that is not
    there, NotPossibleNow for a new one that is."""
    _refuse_reserved(command.role)
    deed.uow.need("roles")
    there = command.role in overlaid(deed.wiring.policy.house, deed.uow).roles
    if command.new is True and there:
        raise NotPossibleNow(reason="role_there")
    if command.new is False and not there:
        raise NotFound(thing="role")
    names = command.names.model_dump(by_alias=True)
    _keep(deed, role, {"role": command.role}, names=names)
    _settle(deed, command.role)


def set_grant(command: SetGrant, deed: Deed) -> None:
    """Raises NotFound for the role, Invalid for a right that is not known or cannot reach so far, NotAllowed for more
    than the actor has, NotPossibleNow when nobody could undo it."""
    house = _known(command.role, deed)
    if problems := _right_problems(command, house):
        raise Invalid(problems=problems)
    reach = None if command.reach == "house" else command.reach
    _keep(deed, role_grant, {"role": command.role, "permission": command.right}, reach=reach)
    _settle(deed, command.role)


def set_mask(command: SetMask, deed: Deed) -> None:
    """Raises NotFound for the role, NotAllowed for more than the actor sees himself."""
    _known(command.role, deed)
    mask = None if command.mask == "house" else command.mask
    _keep(deed, role_mask, {"role": command.role, "pii": command.pii}, mask=mask)
    _settle(deed, command.role)


def reset_role(command: ResetRole, deed: Deed) -> None:
    """Raises as set_grant, and NotPossibleNow for a role of the agency's own that somebody has."""
    house, uow = _known(command.role, deed), deed.uow
    held = any(command.role in row["roles"] for row in uow.find(staff))
    if command.role not in house.roles and held:
        raise NotPossibleNow(reason="role_held")
    for table, column in ((role, "names"), (role_grant, "reach"), (role_mask, "mask")):
        for row in uow.find(table, role=command.role):
            uow.change(table, row["id"], **{column: None}, changed_at=deed.now, changed_by=deed.actor.id)
    _settle(deed, command.role)


def _known(key: str, deed: Deed) -> Policy:
    """The house's policy. Raises NotFound for a role that is not there."""
    _refuse_reserved(key)
    house = deed.wiring.policy.house
    if key not in overlaid(house, deed.uow).roles:
        raise NotFound(thing="role")
    return house


def _refuse_reserved(key: str) -> None:
    if key in RESERVED:
        words = {"zh-CN": "客户与系统的权限不能修改", "en": "what clients and the system may do cannot be changed"}
        raise Invalid(problems=[Problem("/role", "role.reserved", words)])


def _right_problems(command: SetGrant, house: Policy) -> list[Problem]:
    if command.right not in rights_of(house):
        words = {"zh-CN": f"未知权限“{command.right}”", "en": f"unknown permission {command.right!r}"}
        return [Problem("/permission", "access.permission", words)]
    if command.right in WHOLE and command.reach not in ("all", "none", "house"):
        words = {
            "zh-CN": "此权限只能为 all 或 none",
            "en": "this right is had without a limit (all) or not at all (none)",
        }
        return [Problem("/reach", "role.reach", words)]
    if command.right in OWN_ONLY and command.reach not in ("own", "house"):
        words = {"zh-CN": "此权限只能为 own", "en": "this right is everybody's to his own account (own)"}
        return [Problem("/reach", "role.reach", words)]
    return []


def rights_of(policy: Policy) -> frozenset[str]:
    """Every permission that staff can have."""
    return frozenset(name for grants in policy.grants.values() for name in grants)


def _keep(deed: Deed, table: Table, at: dict[str, str], **values: Any) -> None:
    values |= {"changed_at": deed.now, "changed_by": deed.actor.id}
    row = deed.uow.first(table, **at)
    if row is None:
        deed.uow.add(table, **at, **values)
    else:
        deed.uow.change(table, row["id"], **values)


def _settle(deed: Deed, key: str) -> None:
    """Look at what has come of it, then let every door know. Whoever changes roles does it one after the other."""
    deed.uow.need("roles")
    before, after = deed.wiring.policy, overlaid(deed.wiring.policy.house, deed.uow)
    _refuse_more(deed, key, before, after)
    refuse_without_admin(deed, someone_administers(deed.uow, before), after)
    deed.uow.rings.add(BELL)


def _refuse_more(deed: Deed, key: str, before: Policy, after: Policy) -> None:
    """Raises NotAllowed where the role would get what the actor has not."""
    if deed.actor.kind == "system":
        return
    old, actor = before.grants.get(key, {}), deed.actor
    for name, reach in after.grants.get(key, {}).items():
        if reach > max(old.get(name, Reach.NONE), before.own(actor, name)):
            raise NotAllowed(reason="more_than_yours")
    seen, rules = before.field_rules.masks, after.field_rules.masks.get(key, {})
    was = seen.get(key, {})
    for pii in PII_CLASSES:
        mine = max((seen.get(each, {}).get(pii, Mask.HIDDEN) for each in actor.roles), default=Mask.HIDDEN)
        if rules.get(pii, Mask.HIDDEN) > max(was.get(pii, Mask.HIDDEN), mine):
            raise NotAllowed(reason="more_than_yours")
