"""The living policy: the house's own with the agency's roles, grants and masks over it, the same for every door.

Whoever asks holds one object, whose tables are replaced as a whole. A change counts at once in the process that made
it, and within STALE in others.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from core.engine.access import FieldRules, Mask, Policy, Reach
from core.staff.policy import DEFAULT
from core.staff.tables import role, role_grant, role_mask
from core.store.reading import Lookup

STALE: Final = timedelta(seconds=1)  # how long another process may go by the old tables
BELL: Final = "policy"  # rung after a change
EVERYBODY: Final = {"staff.account": Reach.OWN, "staff.language": Reach.OWN, "staff.digest": Reach.OWN}
"""What a role of the agency's own begins with: whoever has it has an account."""
_PLAIN: Final = {"none": Mask.WRITE}


class LivingPolicy(Policy):
    """`catch_up` is called by every door before it asks; most calls only look at a clock.

    A Policy never changes; this one is the exception, so its fields are put in their place past that promise.
    """

    __slots__ = ("_changes", "_house", "_read")

    _house: Policy
    _read: datetime | None
    _changes: int

    def __init__(self, house: Policy = DEFAULT) -> None:
        object.__setattr__(self, "_house", house)
        object.__setattr__(self, "_changes", 0)
        object.__setattr__(self, "_read", None)
        for name in ("grants", "client", "system", "field_rules", "roles", "guardian"):
            object.__setattr__(self, name, getattr(house, name))

    @property
    def house(self) -> Policy:
        return self._house

    def catch_up(self, lookup: Lookup, now: datetime) -> None:
        """Read the agency's tables if they may have changed since."""
        if self._read is not None and abs(now - self._read) < STALE:
            return
        changes, found = self._changes, overlaid(self._house, lookup)
        for name in ("roles", "grants", "field_rules"):
            object.__setattr__(self, name, getattr(found, name))
        object.__setattr__(self, "_read", now if changes == self._changes else None)

    def forget(self) -> None:
        """Something was changed: the next to ask reads it. May be called from any thread."""
        object.__setattr__(self, "_changes", self._changes + 1)
        object.__setattr__(self, "_read", None)


def overlaid(house: Policy, lookup: Lookup) -> Policy:
    """The house's policy with what the agency has made of it."""
    names = {row["role"]: row["names"] for row in lookup.find(role) if row["names"] is not None}
    roles: dict[str, Mapping[str, str]] = {**house.roles, **names}
    grants = {key: dict(house.grants.get(key, EVERYBODY)) for key in roles}
    for row in lookup.find(role_grant):
        if row["reach"] is not None and row["role"] in grants:
            grants[row["role"]][row["permission"]] = Reach[row["reach"].upper()]
    masks = {key: dict(house.field_rules.masks.get(key, _PLAIN)) for key in roles}
    for row in lookup.find(role_mask):
        if row["mask"] is not None and row["role"] in masks:
            masks[row["role"]][row["pii"]] = Mask[row["mask"].upper()]
    rules = house.field_rules
    return Policy(
        grants={key: {name: reach for name, reach in each.items() if reach} for key, each in grants.items()},
        client=house.client,
        system=house.system,
        field_rules=FieldRules(rules.kinds, masks, rules.fields, rules.client, rules.system),  # type: ignore[arg-type]  # classes were checked when they were written
        roles=roles,
        guardian=house.guardian,
    )
