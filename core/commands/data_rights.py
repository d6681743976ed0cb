"""What is done about a client's data: a copy for him, their erasure, and a hold that forbids it."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class ExportClient(Command):
    """Give out a copy of everything that is kept about a client; what he asked for is done with it."""

    permission: ClassVar[str] = "client.export"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int


class EraseClient(Command):
    """Erase what is personal about a client whose cases are closed; numbers, stages and the audit stay."""

    permission: ClassVar[str] = "client.erase"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int


class EraseAgain(Command):
    """A restored backup has brought back a client who was erased since: whatever it says of him, he goes again."""

    permission: ClassVar[str] = "client.erase_again"

    client_id: int
    at: datetime


class SettleErasure(Command):
    """The files of an erased client are shredded and he stands in the list that restores go by."""

    permission: ClassVar[str] = "client.erase_again"

    erasure_id: int


class HoldClient(Command):
    """A client's data must be kept (a dispute, an authority): nobody erases them until the hold is lifted."""

    permission: ClassVar[str] = "client.hold"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    reason: str = Field(min_length=1, max_length=1000)


class LiftHold(Command):
    """The data need not be kept any longer."""

    permission: ClassVar[str] = "client.hold"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    reason: str = Field(min_length=1, max_length=1000)
