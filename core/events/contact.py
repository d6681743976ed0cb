"""That a person of the house has turned to a client."""

from typing import ClassVar

from core.events.event import Event


class ClientContacted(Event):
    """Told on every open case of the client, and once without a case. What was said is an event of its own."""

    shown: ClassVar[bool] = False
    client_id: int
    staff_id: int
    way: str  # said, file, consultation
