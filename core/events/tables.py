"""What a table of the office makes happen in cases."""

from core.events.event import Event


class ChoiceGone(Event):
    """The row that a field names is no longer in its table: the value stays, what is looked up by it is empty."""

    field: str
    choice: str  # key of the row
    table: str


class ChoiceBack(Event):
    """The row is in the table again."""

    field: str
    choice: str
    table: str
