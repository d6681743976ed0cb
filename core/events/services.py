"""What happens to services."""

from core.events.event import Event


class ServiceAdded(Event):
    """`task_id` is its task; `title` what people call it."""

    service: str
    task_id: int
    title: dict[str, str]
    house: bool = False  # from a template of the house's own
