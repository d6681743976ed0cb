"""The events of delegation; they concern no case, and stand in the audit with their command."""

from typing import ClassVar

from core.events.event import Event


class WorkDelegated(Event):
    shown: ClassVar[bool] = False
    delegation_id: int


class DelegationEnded(Event):
    """Before its time."""

    shown: ClassVar[bool] = False
    delegation_id: int
