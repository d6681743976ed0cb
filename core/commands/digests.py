"""The digest of a member of staff: at an hour of his own, or never."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class SetDigest(Command):
    """When I am told what waits for me; everybody chooses for himself."""

    permission: ClassVar[str] = "staff.digest"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
    at: str = Field(default="", pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")  # "08:30" on the office's clock; empty: never
    daily: bool = False  # on days off as well


class SendDigest(Command):
    """The hour of a member's digest has come."""

    permission: ClassVar[str] = "staff.tell"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
