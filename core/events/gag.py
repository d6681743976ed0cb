"""What happens because a stage lets nobody turn to the client."""

from typing import ClassVar

from core.events.event import Event


class NoticeHeld(Event):
    """A notice to the client was not sent, and will not be."""

    starts_rules: ClassVar[bool] = False
    notice: str  # its kind
    message: str  # key of one of the flow's messages; empty: another kind of notice
    via: str
    why: dict[str, str]  # language -> sentence
