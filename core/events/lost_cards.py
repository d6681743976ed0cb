"""What happens to cards that a platform does not let be drawn anew."""

from typing import ClassVar

from core.events.event import Event


class CardLost(Event):
    shown: ClassVar[bool] = False
    outbox_id: int
    channel: str
