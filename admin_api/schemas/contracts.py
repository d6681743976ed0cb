"""Contracts in JSON."""

from typing import Annotated

from pydantic import Field

from admin_api.schemas.asked import DayIn, Whole
from admin_api.schemas.ids import IdIn, IdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.commands.values import FieldValue


class NewTraveller(Sent):
    """One person that a case is for."""

    name: str = Field(min_length=1, max_length=200, examples=["张三"])
    kind: str = Field(min_length=1, max_length=60, examples=["employed"], description="An applicant type of the flow.")


class NewContract(Sent):
    """A contract with a client for one flow."""

    client_id: IdIn
    flow: str = Field(default="", max_length=60, examples=["visa_jp_tourist"], description="Key of a flow.")
    meta: dict[str, Annotated[str, Field(max_length=60)]] = Field(
        default_factory=dict,
        max_length=20,
        examples=[{}],
        description="Instead of `flow`: what the flow says about itself, such as country, visa and level. One that "
        "says all of it is taken; of several the one that says nothing else.",
    )
    number: str = Field(min_length=1, max_length=60, examples=["HT-2026-0001"])
    package: str = Field(min_length=1, max_length=200, examples=["标准套餐"])
    amount: Whole = Field(ge=0, le=10**15, examples=[128000], description="In minor units （分）.")
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    signed_on: DayIn
    travellers: list[NewTraveller] = Field(min_length=1, max_length=30)
    team: dict[str, IdIn] = Field(default_factory=dict, description="Role -> member of staff.")
    fields: dict[str, FieldValue] = Field(default_factory=dict, description="First values of the flow's fields.")


class Contract(Given):
    """A contract, as far as the reader may see it: a hidden field is not there."""

    id: IdOut | None = None
    client_id: IdOut | None = None
    case_id: IdOut | None = Field(default=None, description="The case that it opened; null before it takes effect.")
    number: str | None = None
    flow: str | None = None
    package: str | None = None
    signed_on: str | None = None
    status: str | None = Field(default=None, description="draft or effective")
    amount: int | str | None = None
    currency: str | None = None
    deposit_paid_at: Moment | str | None = None
