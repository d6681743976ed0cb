"""What happens to a paper that stops being good."""

from typing import ClassVar

from core.events.event import Event


class DocumentLapsed(Event):
    """An approved document is asked for again: ``reason`` is the kind of the check that holds no more; ``by_day``:
    a day has passed and nobody has done anything just now."""

    item_id: int
    item: str
    version_id: int
    version: int
    reason: str
    by_day: bool = False


class DocumentRestored(Event):
    """One that had lapsed is good again, and nothing newer was sent: it counts as approved."""

    item_id: int
    item: str
    version_id: int
    version: int


class DocumentDiffers(Event):
    """A field was changed, and what was sent agrees with it no more; nothing but the finding has changed."""

    item_id: int
    item: str
    version_id: int
    version: int
    reason: str
    approved: bool


class LapseAhead(Event):
    """A paper is good for some days still."""

    shown: ClassVar[bool] = False
    item_id: int
    item: str
    version_id: int
    last: str  # an ISO date
