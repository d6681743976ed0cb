"""Clients, staff and how they are reached."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from core.commands.command import Command

Language = Literal["zh-CN", "en"]
Sex = Literal["female", "male", "other"]
Source = Literal["website", "social", "referral", "other"]


class RegisterClient(Command):
    """A new client file (one client, one file)."""

    permission: ClassVar[str] = "client.create"

    name: str = Field(min_length=1, max_length=200)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=200)
    sex: Sex | None = None
    birth_date: date | None = None
    passport_no: str = Field(default="", max_length=40)
    language: Language = "zh-CN"
    source: Source = "other"


class EditClient(Command):
    """Change what stands in a client's file: what is not given stays as it is, an empty text takes a value away."""

    permission: ClassVar[str] = "client.write"
    about: ClassVar[tuple[str, str] | None] = ("client", "client_id")

    client_id: int
    name: str | None = Field(default=None, min_length=1, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    email: str | None = Field(default=None, max_length=200)
    sex: Sex | Literal[""] | None = None
    birth_date: date | Literal[""] | None = None
    passport_no: str | None = Field(default=None, max_length=40)
    source: Source | None = None


class AddDepartment(Command):
    """A department, below another one or at the top."""

    permission: ClassVar[str] = "staff.manage"

    name: str = Field(min_length=1, max_length=200)
    parent_id: int | None = None


class AddStaff(Command):
    """A member of staff with roles in one department."""

    permission: ClassVar[str] = "staff.manage"

    name: str = Field(min_length=1, max_length=200)
    roles: tuple[str, ...] = Field(min_length=1, max_length=10)
    department_id: int | None = None
    language: Language = "zh-CN"
    login: str = Field(default="", max_length=64)  # empty: he does not sign in


class BindClientIdentity(Command):
    """This account on that channel is this client."""

    permission: ClassVar[str] = "identity.bind"
    about: ClassVar[tuple[str, str] | None] = ("client", "client_id")

    client_id: int
    channel: str
    account: str
    external_id: str


class BindStaffIdentity(Command):
    """This account on that channel is this member of staff."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[tuple[str, str] | None] = ("staff", "staff_id")

    staff_id: int
    channel: str
    account: str
    external_id: str


class SetClientLanguage(Command):
    """The language in which a client is spoken to."""

    permission: ClassVar[str] = "client.language"
    about: ClassVar[tuple[str, str] | None] = ("client", "client_id")

    client_id: int
    language: Language


class SetStaffLanguage(Command):
    """The language in which a member of staff is spoken to; everybody sets his own."""

    permission: ClassVar[str] = "staff.language"
    about: ClassVar[tuple[str, str] | None] = ("staff", "staff_id")

    staff_id: int
    language: Language


class IssueApiKey(Command):
    """A key for the admin API that acts as one member of staff, or may do only some of what he may (``scopes``:
    permissions); the secret is shown once."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[tuple[str, str] | None] = ("staff", "staff_id")

    staff_id: int
    name: str = Field(min_length=1, max_length=100)
    scopes: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=200)
    expires_at: AwareDatetime | None = None


class RevokeApiKey(Command):
    """This key opens nothing any more."""

    permission: ClassVar[str] = "staff.manage"
    about: ClassVar[tuple[str, str] | None] = ("api_key", "key_id")

    key_id: int
