"""What happens while a person has a chat."""

from core.events.event import Event


class HumanAsked(Event):
    """`reason`: word, button, anger, misunderstood."""

    handoff_id: int
    conversation_id: int
    client_id: int
    reason: str = "word"


class HandoffOverdue(Event):
    """Nobody has taken it over; `step` counts how often more people were called."""

    handoff_id: int
    client_id: int
    step: int


class HandoffTaken(Event):
    handoff_id: int
    client_id: int
    staff_id: int
    before: int | None = None  # who had it until now


class HandoffFreed(Event):
    """Its holder may not hold it any more; it waits again."""

    handoff_id: int
    client_id: int
    staff_id: int  # who had it


class HandoffEnded(Event):
    """`by_client`: he went back to the bot himself."""

    handoff_id: int
    client_id: int
    staff_id: int | None = None
    by_client: bool = False


class ClientWrote(Event):
    """A client's words to a person."""

    handoff_id: int
    client_id: int
    text: str


class SaidInChat(Event):
    """A person's words to a client."""

    handoff_id: int
    staff_id: int
    text: str


class FileSentInChat(Event):
    """A person's file to a client."""

    handoff_id: int
    staff_id: int
    file_id: int
    name: str


class NoteAdded(Event):
    """Never shown to a client."""

    staff_id: int
    text: str
