"""The events of delegation; they concern no case, and stand in the audit with their command."""

from typing import ClassVar

from core.events.event import Event


class WorkDelegated(Event):
    shown: ClassVar[bool] = False
    delegation_id: int


class DelegationEnded(Event):
    """`early`: before its last day was over."""

    shown: ClassVar[bool] = False
    delegation_id: int
    early: bool
