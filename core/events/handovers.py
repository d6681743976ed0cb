"""What happens to a hand-over between departments."""

from typing import ClassVar

from core.events.event import Event


class HandoverFormAsked(Event):
    """Whoever offers it is asked for these fields."""

    shown: ClassVar[bool] = False
    staff_id: int
    stage: str
    fields: tuple[str, ...]


class HandoverOffered(Event):
    """`staff_id` may accept or return it."""

    handover_id: int
    role: str
    staff_id: int


class HandoverRouted(Event):
    """Somebody else may accept or return it."""

    handover_id: int
    role: str
    staff_id: int


class HandoverAccepted(Event):
    """`staff_id` is in charge; `stage` is the one in which it was offered."""

    handover_id: int
    role: str
    staff_id: int
    stage: str


class HandoverReturned(Event):
    handover_id: int
    role: str
    staff_id: int
    reason: str


class HandoverLapsed(Event):
    """The case went elsewhere before anybody answered. `moved`: by going over to another version of its flow."""

    shown: ClassVar[bool] = False
    handover_id: int
    moved: bool = False
