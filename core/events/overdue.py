"""What happens to work that is past its time."""

from core.events.event import Event


class TaskOverdue(Event):
    """`step`: whom it has reached (person, lead, admin); `people` are told."""

    task_id: int
    title: dict[str, str]
    step: str
    people: tuple[int, ...]


class ReviewOverdue(Event):
    """As TaskOverdue, of a version that waits for a decision."""

    item_id: int
    item: str
    version_id: int
    version: int
    step: str
    people: tuple[int, ...]
