"""What a working calendar makes happen."""

from typing import ClassVar

from core.events.event import Event


class LimitMoved(Event):
    """The calendar was changed, and with it the moment by which the stage should be over; both in ISO form."""

    before: str
    due: str


class TaskLimitMoved(Event):
    """As LimitMoved, of a task."""

    task_id: int
    title: dict[str, str]
    before: str
    due: str


class YearsUnconfirmed(Event):
    """Limits of open cases lie in years whose holidays nobody has confirmed: calendar and year."""

    shown: ClassVar[bool] = False
    missing: tuple[tuple[str, int], ...]
