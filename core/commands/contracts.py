"""Contracts: what was sold, for how much, and whether work may begin."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from core.commands.command import Command

FieldValue = str | int | bool | list[str] | None


class Traveller(BaseModel):
    """One person that the case is for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    kind: str  # an applicant type of the flow


class DraftContract(Command):
    """A contract with a client for one flow."""

    permission: ClassVar[str] = "contract.write"
    about: ClassVar[tuple[str, str] | None] = ("client", "client_id")

    client_id: int
    flow: str
    number: str = Field(min_length=1, max_length=60)
    package: str = Field(min_length=1, max_length=200)
    amount: int = Field(ge=0)  # minor units (分)
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    signed_on: date
    travellers: tuple[Traveller, ...] = Field(min_length=1, max_length=30)
    team: dict[str, int] = Field(default_factory=dict)  # role -> staff id
    fields: dict[str, FieldValue] = Field(default_factory=dict)  # first values of the flow's fields


class RecordDeposit(Command):
    """The deposit of a contract has arrived."""

    permission: ClassVar[str] = "contract.finance"
    about: ClassVar[tuple[str, str] | None] = ("contract", "contract_id")

    contract_id: int


class ActivateContract(Command):
    """The contract takes effect (已生效): its case opens."""

    permission: ClassVar[str] = "contract.activate"
    about: ClassVar[tuple[str, str] | None] = ("contract", "contract_id")

    contract_id: int


class AttachCase(Command):
    """The case that an effective contract has opened."""

    permission: ClassVar[str] = "contract.attach"
    about: ClassVar[tuple[str, str] | None] = ("contract", "contract_id")

    contract_id: int
    case_id: int
