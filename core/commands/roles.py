"""Commands about what the agency's roles are called, what they may do and what they see."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.commands.command import Command

Reach = Literal["house", "none", "own", "assigned", "department", "subtree", "all"]
Mask = Literal["house", "hidden", "masked", "read", "write"]
_ROLE = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")


class RoleNames(BaseModel):
    """What a role is called."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    zh_cn: str = Field(alias="zh-CN", min_length=1, max_length=40)
    en: str = Field(min_length=1, max_length=40)


class SetRole(Command):
    """A role of the agency's own, or another name for one of the house's."""

    permission: ClassVar[str] = "role.manage"

    role: str = _ROLE
    names: RoleNames
    new: bool | None = None  # True: refused for one that is there; False: for one that is not


class SetGrant(Command):
    """How far a role's right goes: "none" takes it away, "house" leaves it as it came with Banli."""

    permission: ClassVar[str] = "role.manage"

    role: str = _ROLE
    right: str = Field(max_length=60)
    reach: Reach


class SetMask(Command):
    """What a role sees of a class of personal data; "house" leaves it as it came with Banli."""

    permission: ClassVar[str] = "role.manage"

    role: str = _ROLE
    pii: Literal["none", "contact", "identity", "finance"]
    mask: Mask


class ResetRole(Command):
    """A role of the house is as it came with Banli again; one of the agency's own is gone."""

    permission: ClassVar[str] = "role.manage"

    role: str = _ROLE
