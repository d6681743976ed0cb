"""What a client wants to hear beside his own affairs. Told on every open case, and once without a case."""

from core.events.event import Event


class ClientOptedOut(Event):
    """No more messages that advertise."""

    client_id: int


class ClientOptedIn(Event):
    """He wants them again."""

    client_id: int
