"""What happens to members of staff."""

from typing import ClassVar

from core.events.event import Event


class MemberLeft(Event):
    """He can do nothing any more; his work is waiting for others."""

    shown: ClassVar[bool] = False
    staff_id: int
