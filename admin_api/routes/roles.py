"""Roles, their rights and what they see: read by whoever manages them, changed at once for every door."""

from typing import Annotated

from fastapi import Path

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.roles import (
    FieldMasks,
    MaskedField,
    Names,
    NewGrant,
    NewMask,
    NewRole,
    Permission,
    PermissionList,
    Role,
    RoleList,
)
from core.commands.command import Command
from core.commands.roles import ResetRole, SetGrant, SetMask, SetRole
from core.engine.access import PII_CLASSES, Mask, Reach
from core.engine.text import LANGUAGES
from core.kit.errors import NotFound
from core.staff.roles import OWN_ONLY, WHOLE, rights_of
from core.staff.tables import role as named
from core.staff.tables import role_grant, role_mask
from core.store.reading import Lookup

ROLES = section("roles")
RoleKey = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


def _edition(lookup: Lookup, key: str) -> object:
    """What the agency has said of it; one of which it has said nothing has an edition as well."""
    names = [row["names"] for row in lookup.find(named, role=key)]
    grants = sorted((row["permission"], row["reach"] or "") for row in lookup.find(role_grant, role=key))
    masks = sorted((row["pii"], row["mask"] or "") for row in lookup.find(role_mask, role=key))
    return (key, names, grants, masks)


ROLE = Tagged(named.name, "role", _edition)


@ROLES.operation("GET", "/roles", may(SetRole.permission))
def list_roles(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> RoleList:
    """Every role: the house's and the agency's own."""
    keys, following = page_of(desk.parts.policy.roles, lambda key: (key,), cursor, limit)
    return RoleList(roles=[_role(desk, key) for key in keys], next=following)


@ROLES.operation("GET", "/permissions", may(SetRole.permission))
def list_permissions(desk: AtDesk) -> PermissionList:
    """Everything that members of staff can be allowed, each with a sentence that says what it is."""
    say = desk.parts.texts.say
    found = [
        Permission(
            permission=name,
            sentence={language: say(language, f"permission.{name}", {}) for language in LANGUAGES},
            reaches=_reaches(name),
        )
        for name in sorted(rights_of(desk.parts.policy.house))
    ]
    return PermissionList(permissions=found)


@ROLES.operation("GET", "/field-masks", may(SetMask.permission))
def list_field_masks(desk: AtDesk) -> FieldMasks:
    """Which field belongs to which class of personal data, and what each role sees of it."""
    policy = desk.parts.policy
    fields = [
        MaskedField(kind=kind, field=name, data=pii)
        for kind, names in policy.field_rules.kinds.items()
        for name, pii in names.items()
    ]
    return FieldMasks(fields=fields, roles={key: _masks(desk, key) for key in policy.roles})


@ROLES.operation("GET", "/roles/{role}", may(SetRole.permission), tagged=ROLE)
def read_role(desk: AtDesk, role: RoleKey) -> Role:
    """One role."""
    return _role(desk, role)


@ROLES.operation("POST", "/roles", does(SetRole), status=201)
def add_role(desk: AtDesk, body: NewRole) -> Role:
    """Make a role of the agency's own; 409 for one that is there."""
    return _after(desk, command_of(SetRole, {**body.model_dump(by_alias=True), "new": True}), body.role)


@ROLES.operation("PUT", "/roles/{role}", does(SetRole), tagged=ROLE, guarded=True)
def name_role(desk: AtDesk, role: RoleKey, body: Names) -> Role:
    """Give a role another name, also one of the house's."""
    values = {"role": role, "names": body.model_dump(by_alias=True), "new": False}
    return _after(desk, command_of(SetRole, values), role)


@ROLES.operation("POST", "/roles/{role}/grants", does(SetGrant), errors=[409], tagged=ROLE, guarded=True)
def set_grant(desk: AtDesk, role: RoleKey, body: NewGrant) -> Role:
    """Say how far a right of a role goes. Nobody gives more than he has, and somebody must be left to undo it."""
    return _after(desk, command_of(SetGrant, {"role": role, "right": body.permission, "reach": body.reach}), role)


@ROLES.operation("POST", "/roles/{role}/masks", does(SetMask), errors=[409], tagged=ROLE, guarded=True)
def set_mask(desk: AtDesk, role: RoleKey, body: NewMask) -> Role:
    """Say what a role sees of a class of personal data. Nobody shows more than he sees."""
    return _after(desk, command_of(SetMask, {"role": role, "pii": body.data, "mask": body.mask}), role)


@ROLES.operation("POST", "/roles/{role}/reset", does(ResetRole), status=204, errors=[409], tagged=ROLE, guarded=True)
def reset_role(desk: AtDesk, role: RoleKey) -> None:
    """Take back everything that the agency has changed of a role; one of its own is gone with it."""
    desk.do(command_of(ResetRole, {"role": role}))
    desk.parts.policy.forget()


def _after(desk: Desk, command: Command, key: str) -> Role:
    """The role as it is now. The bell may still be on its way, and the caller's next request must go by the change."""
    desk.do(command)
    policy = desk.parts.policy
    policy.forget()
    with desk.look() as reader:
        policy.catch_up(reader, desk.parts.clock.now())
    return _role(desk, key)


def _role(desk: Desk, key: str) -> Role:
    policy = desk.parts.policy
    house = policy.house
    if key not in policy.roles:
        raise NotFound(thing="role")
    grants, masks = policy.grants.get(key, {}), policy.field_rules.masks.get(key, {})
    same = (grants, masks, policy.roles[key]) == (
        house.grants.get(key),
        house.field_rules.masks.get(key),
        house.roles.get(key),
    )
    return Role(
        role=key,
        names=policy.named(key),
        built_in=key in house.roles,
        changed=not same,
        grants={name: reach.name.lower() for name, reach in sorted(grants.items())},
        masks=_masks(desk, key),
    )


def _masks(desk: Desk, key: str) -> dict[str, str]:
    masks = desk.parts.policy.field_rules.masks.get(key, {})
    return {pii: masks.get(pii, Mask.HIDDEN).name.lower() for pii in PII_CLASSES}


def _reaches(name: str) -> list[str]:
    if name in WHOLE:
        return ["none", "all"]
    return ["own"] if name in OWN_ONLY else [reach.name.lower() for reach in Reach]
