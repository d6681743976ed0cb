"""What has happened to a client's data."""

from core.events.event import Event


class ClientExported(Event):
    client_id: int


class ClientErased(Event):
    client_id: int


class ClientHeld(Event):
    client_id: int


class HoldLifted(Event):
    client_id: int
