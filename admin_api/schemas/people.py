"""Clients, staff and departments in JSON."""

from typing import Annotated, Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.asked import DayIn, Yes
from admin_api.schemas.ids import IdIn, IdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.commands.people import Sex, Source
from core.engine.text import Words

Language = Literal["zh-CN", "en"]


class NewClient(Sent):
    """A client file to be opened."""

    name: str = Field(min_length=1, max_length=200, examples=["张三"])
    phone: str = Field(default="", max_length=40, examples=["13800000000"])
    email: str = Field(default="", max_length=200, examples=["client@example.com"])
    sex: Sex | None = None
    birth_date: DayIn | None = Field(default=None, examples=["1990-05-01"])
    passport_no: str = Field(default="", max_length=40, examples=["E12345678"])
    language: Language = "zh-CN"
    source: Source = "other"


class ClientChange(Sent):
    """What is to be other in a client's file; what is not given stays, an empty text takes a value away."""

    name: str | None = Field(default=None, min_length=1, max_length=200, examples=["张三"])
    phone: str | None = Field(default=None, max_length=40, examples=["13800000000"])
    email: str | None = Field(default=None, max_length=200, examples=["client@example.com"])
    sex: Sex | Literal[""] | None = Field(default=None, examples=["female"])
    birth_date: DayIn | Literal[""] | None = Field(default=None, examples=["1990-05-01"])
    passport_no: str | None = Field(default=None, max_length=40, examples=["E12345678"])
    source: Source | None = None


class ClientFile(Given):
    """A client, as far as the reader may see him: a masked value is starred, a hidden one is not there."""

    id: IdOut | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    sex: str | None = None
    birth_date: str | None = None
    passport_no: str | None = None
    language: str | None = None
    source: str | None = None
    created_at: Moment | None = None
    tags: list[str] = Field(default=[], examples=[["加急办理"]])
    promotion_off_at: Moment | None = Field(
        default=None, description="Since when he wants no messages that advertise; null: he gets them."
    )


class NewTag(Sent):
    """A word by which a client is found."""

    tag: str = Field(min_length=1, max_length=20, examples=["加急办理"])


class PromotionWish(Sent):
    """Whether a client wants messages that advertise."""

    wanted: bool = Field(examples=[False])


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

    signed_on: DayIn = Field(examples=["2026-03-01"])


class NewGuardian(Sent):
    """Who follows a client's cases."""

    person_id: IdIn = Field(description="The guardian's own client file.", examples=["374856932401152001"])
    notify: Yes = Field(default=True, description="Whether he is told what the client is told.")
    ends: Yes = Field(default=False, description="He follows them no more.")


class NewIdentity(Sent):
    """An account on a channel that belongs to somebody."""

    channel: str = Field(min_length=1, max_length=40, examples=["webchat"])
    account: str = Field(min_length=1, max_length=100, examples=["demo"])
    external_id: str = Field(min_length=1, max_length=200, examples=["visitor-1"])


class NewDigest(Sent):
    """When somebody is told what waits for him."""

    at: str = Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$", description="Empty: never.", examples=["08:30"])
    daily: Yes = Field(default=False, description="On days off as well.")


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
    login: str = Field(default="", max_length=64, description="Empty: he does not sign in.", examples=["zhangsan"])


class StaffChange(Sent):
    """What is to be changed of a member; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=200, examples=["顾问甲"])
    roles: list[str] | None = Field(default=None, min_length=1, max_length=10, examples=[["consultant"]])
    department_id: IdIn | None = Field(default=None, description="null: he belongs to none.")
    language: Language | None = None


class StaffMember(Given):
    """A member of staff."""

    id: IdOut
    name: str
    roles: list[str]
    department_id: IdOut | None
    language: str
    active: bool
    login: str | None = Field(description="null: he does not sign in.")
    second_factor: bool = Field(description="Whether he signs in with a code as well.")
    created_at: Moment


class StaffList(Given):
    """The first to be hired first."""

    staff: list[StaffMember]
    next: Next


class BoundAccount(Given):
    """An account of a messenger that is a member's."""

    id: IdOut
    channel: str
    account: str
    external_id: str
    bound_at: Moment


class BoundAccounts(Given):
    """Oldest first."""

    identities: list[BoundAccount]
    next: Next


class DepartmentName(Sent):
    """What it is called from now on."""

    name: str = Field(min_length=1, max_length=200, examples=["签证部"])


class DepartmentPlace(Sent):
    """Where in the tree it is from now on."""

    parent_id: IdIn | None = Field(description="null: at the top.", examples=["301234567890123456"])


class DepartmentRegions(Sent):
    """Which regions it serves from now on, itself and those below it."""

    regions: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        max_length=500, description="Empty: none.", examples=[["浙江", "江苏", "上海"]]
    )


class DepartmentLine(Given):
    """A department; whoever draws the tree follows `parent_id`."""

    id: IdOut
    name: str
    parent_id: IdOut | None
    regions: list[str] = Field(max_length=500, description="That it serves, see `assign` in the flow language.")
    staff: int = Field(description="Members who are there, those of departments below not counted.")


class DepartmentList(Given):
    """Oldest first."""

    departments: list[DepartmentLine]
    next: Next


class NewDelegation(Sent):
    """Who stands in, from the first to the last day, both included; in one role or in all."""

    delegate_id: IdIn = Field(examples=["374856932401152003"])
    first: DayIn = Field(examples=["2026-03-05"])
    last: DayIn = Field(examples=["2026-03-09"])
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
