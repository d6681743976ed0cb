"""What happens about reminders; they concern a client, not one case."""

from typing import ClassVar

from core.events.event import Event


class ClientReminded(Event):
    shown: ClassVar[bool] = False
    client_id: int
    cases: tuple[int, ...]
    day: str  # ISO, on the client's calendar
    before: str | None = None  # day of the reminder before


class ClientMoved(Event):
    """His clock shows another time from now on."""

    shown: ClassVar[bool] = False
    client_id: int


class RemindersSnoozed(Event):
    shown: ClassVar[bool] = False
    client_id: int
    until: str
