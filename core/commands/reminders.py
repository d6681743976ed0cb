"""Reminders to a client, and when he does not want one."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class PlanReminders(Command):
    """Plan the client's next reminder anew: what is waited for has changed."""

    permission: ClassVar[str] = "client.remind"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int


class RemindClient(Command):
    """The hour of a reminder has come: look what is still missing, then say so."""

    permission: ClassVar[str] = "client.remind"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int


class SnoozeReminders(Command):
    """Not now: remind me again in so many days."""

    permission: ClassVar[str] = "client.snooze"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    days: int = Field(ge=1, le=14)


class SetClientZone(Command):
    """The time zone in which a client lives; empty: the agency's."""

    permission: ClassVar[str] = "client.language"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    zone: str = Field(max_length=60)
