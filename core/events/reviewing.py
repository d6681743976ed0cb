"""What happens to a review beside its decision."""

from typing import ClassVar

from core.events.event import Event


class SecondLookAsked(Event):
    """`staff_id` decides on the version as well; `before` was asked first and is let go."""

    item_id: int
    item: str
    version_id: int
    version: int
    staff_id: int
    before: int | None = None


class FirstApproval(Event):
    """One of two has approved; the item is not approved yet. `staff_id` is the one who is waited for."""

    item_id: int
    item: str
    version_id: int
    version: int
    staff_id: int


class ReviewSnoozed(Event):
    shown: ClassVar[bool] = False
    version_id: int
    staff_id: int


class ReviewReminded(Event):
    """Its card comes again: its hour has come (`asked` is false), or `staff_id` asked for it."""

    shown: ClassVar[bool] = False
    version_id: int
    staff_id: int
    asked: bool = False
