"""What can be done to a case, in JSON."""

from pydantic import Field

from admin_api.schemas.contracts import NewTraveller
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Sent
from core.commands.values import FieldValue


class NewAdvance(Sent):
    """A trigger of the case's flow. With `stage`, only if the case is still there."""

    trigger: str = Field(min_length=1, max_length=60, examples=["begin"])
    stage: str | None = Field(default=None, max_length=60, examples=["signed"])
    reason: str = Field(default="", max_length=2000)


class NewReturn(Sent):
    """An earlier stage to which the case goes back, and why. With `stage`, only if the case is still there."""

    to: str = Field(min_length=1, max_length=60, examples=["prepare"])
    remark: str = Field(min_length=1, max_length=2000, examples=["申请表第 3 页未签字"])
    stage: str | None = Field(default=None, max_length=60, examples=["review"])


class NewSubstate(Sent):
    """More exactly where the case is within its stage."""

    substate: str = Field(min_length=1, max_length=60, examples=["embassy_review"])
    stage: str | None = Field(default=None, max_length=60)


class NewFields(Sent):
    """Values of the flow's fields; null empties one."""

    fields: dict[str, FieldValue] = Field(min_length=1, max_length=100, examples=[{"return_date": "2026-05-01"}])


class NewTravellers(Sent):
    """One more person on the case."""

    traveller: NewTraveller


class NewSupplement(Sent):
    """What the authority asks for beside what it has."""

    items: list[str] = Field(
        default=[], max_length=40, examples=[["bank_statement"]], description="Item keys: of every traveller."
    )
    item_ids: list[IdIn] = Field(
        default=[], max_length=40, examples=[[]], description="Rows of the checklist: each of one traveller."
    )
    reason: str = Field(min_length=1, max_length=2000, examples=["余额不足"])


class NewMember(Sent):
    """Who does a role's work from now on."""

    role: str = Field(min_length=1, max_length=40, examples=["copywriter"])
    staff_id: IdIn


class NewColleague(Sent):
    """Who takes a role's work over."""

    role: str = Field(min_length=1, max_length=40, examples=["copywriter"])
    staff_id: IdIn


class NewMessage(Sent):
    """Words to the client."""

    text: str = Field(min_length=1, max_length=4000, examples=["您好，材料已收到。"])


class NewConsultation(Sent):
    """What was talked about with the client."""

    summary: str = Field(min_length=1, max_length=4000, examples=["客户计划五月去东京。"])
    demand: str = Field(min_length=1, max_length=4000, examples=["希望加急办理。"])
    assessment: str = Field(min_length=1, max_length=4000, examples=["材料齐备，可行。"])
