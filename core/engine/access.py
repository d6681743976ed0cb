"""Who may do what to which rows and see which fields: one pure policy, three questions, "no" by default.

``may`` asks for one deed on one thing, ``rows`` asks how far a list may reach, ``fields`` asks what of a
row is shown. A policy is data that is built once and never changes; the same question always has the same
answer.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args

from core.engine.actor import Actor as Actor
from core.engine.actor import ActorKind as ActorKind
from core.engine.actor import Subject as Subject
from core.engine.masking import mask_value as mask_value
from core.kit.errors import Problem

Pii = Literal["none", "contact", "identity", "finance"]

Value = TypeVar("Value")

PII_CLASSES: tuple[Pii, ...] = get_args(Pii)


class Reach(IntEnum):
    """How far a right goes; every step includes the ones before it."""

    NONE = 0
    OWN = 1  # a client: what is his; staff: his own account
    ASSIGNED = 2  # what names him among its staff
    DEPARTMENT = 3  # what belongs to his department
    SUBTREE = 4  # what belongs to a department below his
    ALL = 5


class Mask(IntEnum):
    """What of a field is shown; ``WRITE`` includes ``READ``."""

    HIDDEN = 0
    MASKED = 1
    READ = 2
    WRITE = 3


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What is shown of which field.

    ``kinds``: kind of row → field → its class of personal data. ``masks``: role → class → mask; a class
    that is not named is hidden. ``fields``: role → "kind.field" → mask, which replaces the mask of the
    class for that role. ``client`` and ``system`` stand beside the roles: what a client sees of his own
    rows and what the machine sees.
    """

    kinds: Mapping[str, Mapping[str, Pii]] = field(default_factory=dict)
    masks: Mapping[str, Mapping[Pii, Mask]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, Mask]] = field(default_factory=dict)
    client: Mapping[Pii, Mask] = field(default_factory=dict)
    system: Mapping[Pii, Mask] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("kinds", "masks", "fields"):
            object.__setattr__(self, name, _frozen2(getattr(self, name)))
        for name in ("client", "system"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def of_role(self, role: str, path: str, pii: Pii) -> Mask:
        """What one role sees of one field, ``path`` being "kind.field"."""
        own = self.fields.get(role, {}).get(path)
        return own if own is not None else self.masks.get(role, {}).get(pii, Mask.HIDDEN)


@dataclass(frozen=True, slots=True)
class Policy:
    """Grants and field rules of one agency.

    ``grants``: role → permission → reach. ``client``: permission → reach for clients, who never get beyond
    their own. ``system``: what timers and rules may do without a person; nothing that is not named.
    """

    grants: Mapping[str, Mapping[str, Reach]]
    client: Mapping[str, Reach] = field(default_factory=dict)
    system: frozenset[str] = frozenset()
    field_rules: FieldRules = field(default_factory=FieldRules)
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # role → language → name
    guardian: frozenset[str] = frozenset()  # what a client may do with the case of somebody whose guardian he is

    def __post_init__(self) -> None:
        object.__setattr__(self, "grants", _frozen2(self.grants))
        object.__setattr__(self, "roles", _frozen2(self.roles))
        object.__setattr__(self, "client", MappingProxyType(dict(self.client)))
        object.__setattr__(self, "system", frozenset(self.system))

    @property
    def house(self) -> "Policy":
        """As it came with Banli, before an agency changed anything."""
        return self

    def catch_up(self, lookup: Any, now: datetime) -> None:
        """Every door calls it before it asks; there is nothing to read for a policy that never changes."""

    def forget(self) -> None:
        """What was read may have changed."""

    def named(self, role: str) -> dict[str, str]:
        """The role's name by language; one that is there no more is called by its key."""
        return dict(self.roles.get(role, {"zh-CN": role, "en": role}))

    def may(self, actor: Actor, permission: str, subject: Subject | None = None) -> bool:
        """Whether the actor may do this to the subject; without a subject, whether he may do it at all."""
        if actor.shut(permission):
            return False
        subject = None if subject is None else subject.seen_for(permission)
        if actor.behalf:
            return self.may_for(replace(actor, id=actor.behalf, behalf=0), permission, subject)
        if any(self.may_for(each, permission, subject) for each in actor.stands_for):
            return True
        reach = self.own(actor, permission)
        if reach is Reach.NONE:
            return False
        if subject is None:
            return True
        if actor.kind == "client":
            ward = permission in self.guardian and subject.client_id != actor.id and actor.id in subject.guardians()
            return subject.client_id == actor.id or ward
        return reach is Reach.ALL or _distance(actor, subject) <= reach

    def may_for(self, principal: Actor, permission: str, subject: Subject | None = None) -> bool:
        """Whether whoever stands in for a colleague may do this: what is assigned to him, in the role that was given,
        never more; and nothing about a member of staff, so that nobody passes on what he was given."""
        if self.own(principal, permission) < Reach.ASSIGNED:
            return False
        if subject is None:
            return True
        if principal.id not in subject.staff_ids:  # a member of staff is assigned to nobody
            return False
        return not principal.scope or (principal.scope, principal.id) in subject.held

    def acting(self, actor: Actor, permission: str, subject: Subject) -> list[Actor]:
        """As whom he may do this, the likeliest first: for the colleague whose work it is, if it is not his own work
        too; else as himself. Empty: he may not."""
        if actor.shut(permission):
            return []
        subject = subject.seen_for(permission)
        himself = replace(actor, stands_for=()) if actor.stands_for else actor
        own = [himself] if self.may(himself, permission, subject) else []
        others = [actor.acting_for(each) for each in actor.stands_for if self.may_for(each, permission, subject)]
        return [*own, *others] if actor.id in subject.staff_ids else [*others, *own]

    def rows(self, actor: Actor, permission: str) -> Reach:
        """How far a list for this permission may reach: the widest of the roles, for a client at most OWN; for whoever
        stands in for somebody as far as that one's work, if his own right does not reach farther."""
        if actor.behalf:
            return Reach.ASSIGNED if self.may(actor, permission) else Reach.NONE
        if actor.shut(permission):
            return Reach.NONE
        own = self.own(actor, permission)
        given = any(self.may_for(each, permission) for each in actor.stands_for)
        return max(own, Reach.ASSIGNED) if given else own

    def own(self, actor: Actor, permission: str) -> Reach:
        """How far his right goes by his own roles and key alone, whomever he stands in for."""
        if actor.shut(permission):
            return Reach.NONE
        if actor.kind == "client":
            return min(self.client.get(permission, Reach.NONE), Reach.OWN)
        if actor.kind == "system":
            return Reach.ALL if permission in self.system else Reach.NONE
        granted = (self.grants.get(role, {}).get(permission, Reach.NONE) for role in actor.roles)
        return max(granted, default=Reach.NONE)

    def exceeds(self, roles: Collection[str], actor: Actor, only: Collection[str] | None = None) -> bool:
        """Whether these roles, or a key to ``only`` these permissions of theirs, may anything that reaches farther than
        what the actor may himself; the system is never exceeded."""
        return actor.kind != "system" and any(
            reach > self.own(actor, name)
            for role in roles
            for name, reach in self.grants.get(role, {}).items()
            if only is None or name in only
        )

    def covers(self, roles: Collection[str], others: Collection[str]) -> bool:
        """Whether nothing that the other roles may reaches farther than what these may."""
        mine = [self.grants.get(role, {}) for role in roles]
        return all(
            reach <= max((each.get(name, Reach.NONE) for each in mine), default=Reach.NONE)
            for other in others
            for name, reach in self.grants.get(other, {}).items()
        )

    def fields(self, actor: Actor, kind: str, extra: Mapping[str, Pii] | None = None) -> Mapping[str, Mask]:
        """The mask of every declared field of this kind of row; ``extra`` declares more (a flow's own).

        A field that is not in the answer was declared nowhere: treat it as hidden.
        """
        declared = {**self.field_rules.kinds.get(kind, {}), **(extra or {})}
        return MappingProxyType({name: self._mask(actor, f"{kind}.{name}", pii) for name, pii in declared.items()})

    def _mask(self, actor: Actor, path: str, pii: Pii) -> Mask:
        rules = self.field_rules
        if actor.kind == "client":
            return rules.client.get(pii, Mask.HIDDEN)
        if actor.kind == "system":
            return rules.system.get(pii, Mask.HIDDEN)
        return max((rules.of_role(role, path, pii) for role in actor.roles), default=Mask.HIDDEN)

    def check_known(self, permissions: Collection[str]) -> list[Problem]:
        """Grants of permissions that nobody declares, client grants beyond OWN, rules for unknown fields."""
        problems = [
            _problem(pointer, "access.permission", f"未知权限“{name}”", f"unknown permission {name!r}")
            for pointer, name in self._granted()
            if name not in permissions
        ]
        problems += [
            _problem(
                f"/client/{_token(name)}",
                "access.client_reach",
                "客户只能访问自己的数据",
                "a client reaches own rows only",
            )
            for name, reach in self.client.items()
            if reach > Reach.OWN
        ]
        rules = self.field_rules
        known = {f"{kind}.{name}" for kind, names in rules.kinds.items() for name in names}
        problems += [
            _problem(
                f"/fields/{_token(role)}/{_token(path)}",
                "access.field",
                f"未知字段“{path}”",
                f"unknown field {path!r}",
            )
            for role, paths in rules.fields.items()
            for path in paths
            if path not in known
        ]
        return problems

    def _granted(self) -> Iterator[tuple[str, str]]:
        for role, permissions in self.grants.items():
            yield from ((f"/grants/{_token(role)}/{_token(name)}", name) for name in permissions)
        yield from ((f"/client/{_token(name)}", name) for name in self.client)
        yield from ((f"/system/{_token(name)}", name) for name in sorted(self.system))


def _distance(actor: Actor, subject: Subject) -> Reach:
    """The narrowest reach within which the staff member meets the subject."""
    if subject.kind == "staff" and subject.id == actor.id:
        return Reach.OWN
    if actor.id in subject.staff_ids:
        return Reach.ASSIGNED
    if subject.department is None:
        return Reach.ALL
    if subject.department == actor.department:
        return Reach.DEPARTMENT
    return Reach.SUBTREE if subject.department in actor.below else Reach.ALL


def _frozen2(nested: Mapping[str, Mapping[str, Value]]) -> Mapping[str, Mapping[str, Value]]:
    return MappingProxyType({key: MappingProxyType(dict(inner)) for key, inner in nested.items()})


def _token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, code, {"zh-CN": zh, "en": en})
