"""Services: tasks made from templates, a flow's or the house's own."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class OfferServices(Command):
    """Show me which services I can add to this case."""

    permission: ClassVar[str] = "task.create"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int


class AddService(Command):
    """Add this service to the case: a task for whoever does its role's work."""

    permission: ClassVar[str] = "task.create"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    service: str = Field(min_length=1, max_length=60)
