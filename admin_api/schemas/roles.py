"""Roles, permissions and field masks in JSON."""

from typing import Literal

from pydantic import ConfigDict, Field

from admin_api.paging import Next
from admin_api.schemas.model import Given, Sent
from core.commands.roles import Mask, Reach
from core.engine.text import Words

_ROLE = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", examples=["trainee"])


class Names(Sent):
    """What a role is called."""

    model_config = ConfigDict(populate_by_name=True)

    zh_cn: str = Field(alias="zh-CN", min_length=1, max_length=40, examples=["实习顾问"])
    en: str = Field(min_length=1, max_length=40, examples=["Trainee"])


class NewRole(Sent):
    """A role of the agency's own."""

    role: str = _ROLE
    names: Names


class NewGrant(Sent):
    """How far a right of a role goes."""

    permission: str = Field(max_length=60, examples=["case.read"])
    reach: Reach = Field(description='"none" takes it away, "house" leaves it as it came with Banli.')


class NewMask(Sent):
    """What a role sees of a class of personal data."""

    data: Literal["none", "contact", "identity", "finance"] = Field(description="The class.")
    mask: Mask = Field(description='"house" leaves it as it came with Banli.')


class Role(Given):
    """A role: what it is called, what it may do, what it sees."""

    role: str = Field(examples=["trainee"])
    names: Words
    built_in: bool = Field(description="Whether it came with Banli.")
    changed: bool = Field(description="Whether the agency has changed anything of it.")
    grants: dict[str, str] = Field(description="Permission -> how far it reaches.")
    masks: dict[str, str] = Field(description="Class of personal data -> hidden, masked, read or write.")


class RoleList(Given):
    """By their keys."""

    roles: list[Role]
    next: Next


class Permission(Given):
    """What members of staff can be allowed."""

    permission: str = Field(examples=["case.read"])
    sentence: Words
    reaches: list[str] = Field(description="How far it can go.")


class PermissionList(Given):
    """By their names."""

    permissions: list[Permission]


class MaskedField(Given):
    """A field of a row and the class of personal data that it belongs to."""

    kind: str = Field(examples=["client"])
    field: str = Field(examples=["phone"])
    data: str = Field(examples=["contact"])


class FieldMasks(Given):
    """Which field belongs to which class, and what each role sees of a class."""

    fields: list[MaskedField]
    roles: dict[str, dict[str, str]] = Field(description="Role -> class -> hidden, masked, read or write.")
