"""Commands about members of staff and departments that are there already."""

from typing import Annotated, ClassVar

from pydantic import Field

from core.commands.command import Command
from core.commands.people import Language

Subject = tuple[str, str] | None


class ChangeStaff(Command):
    """Other roles, another name, department or language; what is None stays."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int
    name: str | None = Field(default=None, min_length=1, max_length=200)
    roles: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=10)
    department_id: int | None = None
    no_department: bool = False  # he belongs to none
    language: Language | None = None


class DisableStaff(Command):
    """A member has left: nothing that is his opens anything any more."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int


class EnableStaff(Command):
    """A member is back; keys and sessions that ended stay ended."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[Subject] = ("staff", "staff_id")

    staff_id: int


class UnbindStaffIdentity(Command):
    """This account on a channel is no member's any more."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[Subject] = ("staff_identity", "identity_id")

    identity_id: int


class RenameDepartment(Command):
    """Another name for it."""

    permission: ClassVar[str] = "staff.manage"

    department_id: int
    name: str = Field(min_length=1, max_length=200)


class MoveDepartment(Command):
    """Below another one, or to the top (None), with everything below it."""

    permission: ClassVar[str] = "staff.manage"

    department_id: int
    parent_id: int | None = None


class SetRegions(Command):
    """The regions that a department serves, with those below it; none: it serves no region."""

    permission: ClassVar[str] = "staff.manage"

    department_id: int
    regions: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(max_length=500)


class DeleteDepartment(Command):
    """One in which nobody works, with none below it and without open cases."""

    permission: ClassVar[str] = "staff.manage"

    department_id: int
