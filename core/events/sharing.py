"""What comes of sharing out a role's work by a rule; that somebody got it is RoleAssigned, as by a person."""

from typing import ClassVar

from core.events.event import Event


class RoleKept(Event):
    """Whoever does the work keeps it. `why`: language -> sentence."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    role: str
    staff_id: int
    why: dict[str, str]


class RoleUnfilled(Event):
    """Nobody could be found: the case stays without. `why`: language -> sentence."""

    role: str
    why: dict[str, str]
