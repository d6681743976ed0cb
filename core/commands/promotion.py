"""What a client wants to hear beside his own affairs."""

from typing import ClassVar

from core.commands.command import Command

Subject = tuple[str, str] | None


class SetPromotion(Command):
    """Whether a client wants messages that advertise: he says so himself, or staff on his behalf."""

    permission: ClassVar[str] = "client.promotion"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    wanted: bool
