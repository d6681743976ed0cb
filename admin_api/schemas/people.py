"""Clients, staff and departments in JSON."""

from datetime import date
from typing import Literal

from pydantic import Field

from admin_api.schemas.ids import IdIn, IdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.engine.text import Words

Language = Literal["zh-CN", "en"]


class NewClient(Sent):
    """A client file to be opened."""

    name: str = Field(min_length=1, max_length=200, examples=["张三"])
    phone: str = Field(default="", max_length=40, examples=["13800000000"])
    email: str = Field(default="", max_length=200, examples=["client@example.com"])
    language: Language = "zh-CN"
    source: Literal["website", "social", "referral", "other"] = "other"


class ClientFile(Given):
    """A client, as far as the reader may see him: a masked value is starred, a hidden one is not there."""

    id: IdOut | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    source: str | None = None
    created_at: Moment | None = None
    tags: list[str] = Field(default=[], examples=[["加急办理"]])


class NewTag(Sent):
    """A word by which a client is found."""

    tag: str = Field(min_length=1, max_length=20, examples=["加急办理"])


class NewZone(Sent):
    """Where a client's clock stands."""

    zone: str = Field(max_length=60, description="Empty: the agency's.", examples=["Asia/Shanghai"])


class TagList(Given):
    """In the order in which they were put on."""

    tags: list[str] = Field(max_length=20, examples=[["加急办理"]])


class Invitation(Given):
    """A code that binds a client, usable once."""

    code: str = Field(description="Eight characters, to be given to the client himself.", examples=["K7M4QX2P"])


class PaperConsent(Sent):
    """A consent that was signed on paper."""

    signed_on: date = Field(examples=["2026-03-01"])


class NewGuardian(Sent):
    """Who follows a client's cases."""

    person_id: IdIn = Field(description="The guardian's own client file.", examples=["374856932401152001"])
    notify: bool = Field(default=True, description="Whether he is told what the client is told.")
    ends: bool = Field(default=False, description="He follows them no more.")


class NewIdentity(Sent):
    """An account on a channel that belongs to somebody."""

    channel: str = Field(min_length=1, max_length=40, examples=["webchat"])
    account: str = Field(min_length=1, max_length=100, examples=["demo"])
    external_id: str = Field(min_length=1, max_length=200, examples=["visitor-1"])


class NewDigest(Sent):
    """When somebody is told what waits for him."""

    at: str = Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$", description="Empty: never.", examples=["08:30"])
    daily: bool = Field(default=False, description="On days off as well.")


class NewDepartment(Sent):
    """A department, below another one or at the top."""

    name: str = Field(min_length=1, max_length=200, examples=["签证部"])
    parent_id: IdIn | None = None


class NewStaff(Sent):
    """A member of staff with roles in one department."""

    name: str = Field(min_length=1, max_length=200, examples=["顾问甲"])
    roles: list[str] = Field(min_length=1, max_length=10, examples=[["consultant"]])
    department_id: IdIn | None = None
    language: Language = "zh-CN"


class NewDelegation(Sent):
    """Who stands in, from the first to the last day, both included; in one role or in all."""

    delegate_id: IdIn = Field(examples=["374856932401152003"])
    first: date = Field(examples=["2026-03-05"])
    last: date = Field(examples=["2026-03-09"])
    role: str | None = Field(default=None, max_length=40, examples=["reviewer"])
    staff_id: IdIn | None = Field(default=None, description="Whose work it is; the caller's own if left out.")


class Delegation(Given):
    """For some days a colleague does somebody's work."""

    id: IdOut
    staff_id: IdOut = Field(description="Whose work it is.")
    delegate_id: IdOut
    role: str | None
    first: str = Field(examples=["2026-03-05"])
    last: str = Field(examples=["2026-03-09"])
    active: bool = Field(description="Whether it runs at this moment.")


class Delegations(Given):
    """What is not over yet, of each kind the first 100."""

    given: list[Delegation] = Field(max_length=100, description="The caller's own work, which others do.")
    received: list[Delegation] = Field(max_length=100, description="Others' work, which the caller may do.")


class NewKey(Sent):
    """What a key is for, so that people know which one is meant."""

    name: str = Field(min_length=1, max_length=100, examples=["reporting"])


class Key(Given):
    """A new key. The secret is shown this once and kept nowhere."""

    key: str = Field(examples=["bk_..."])
    prefix: str


class Me(Given):
    """Who the caller is, and what he may do and see."""

    id: IdOut
    name: str
    language: str
    roles: list[str]
    role_names: dict[str, Words]
    department_id: IdOut | None
    permissions: dict[str, str] = Field(description="Permission -> how far it reaches.")
    fields: dict[str, dict[str, str]] = Field(description="Kind of row -> field -> hidden, masked, read or write.")
