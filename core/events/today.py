"""What the mere passing of a day brings."""

from typing import ClassVar

from core.events.event import Event


class DayWorkedOut(Event):
    """A new day has given computed fields another value, and nothing was done to the case. Rules on FieldSet hear of it
    in the morning, by an event of their own."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    fields: tuple[str, ...]
