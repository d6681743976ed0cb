"""What happens about digests; they concern a member of staff, not a case."""

from typing import ClassVar

from core.events.event import Event


class DigestDue(Event):
    """Something waits for him, and his hour has come."""

    shown: ClassVar[bool] = False
    staff_id: int
    day: str  # ISO, on the office's calendar
