"""Commands about templates of services of the house's own, which stand beside those of flows."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.commands.command import Command

KEY = r"^[a-z][a-z0-9_]{0,47}$"
SaidWords = dict[str, str]  # language -> words


class ToldClient(BaseModel):
    """What the client reads, in words: when the service is added, when it is done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    added: SaidWords | None = None
    done: SaidWords | None = None


class SetServiceTemplate(Command):
    """From now on this service can be added to cases; tasks that were made before stay as they are."""

    permission: ClassVar[str] = "flow.publish"

    key: str = Field(min_length=1, max_length=48)  # its form is asked for with the rest, after the right
    name: SaidWords
    role: str = Field(max_length=40)  # who does it
    due: str = Field(default="", max_length=10)  # a Span such as "3d"; empty: no limit
    note: SaidWords | None = None  # for whoever does it
    tell_client: ToldClient = ToldClient()
    flows: tuple[str, ...] | None = Field(default=None, max_length=100)  # keys; None: whatever the flow
    kinds: tuple[Literal["visa", "study", "project", "ticket", "care"], ...] | None = None  # of flows, likewise
    new: bool = False  # True: refused for one that is there; False: for one that is not


class WithdrawServiceTemplate(Command):
    """It can be added no more; tasks that were made from it stay as they are."""

    permission: ClassVar[str] = "flow.publish"

    key: str = Field(min_length=1, max_length=48)  # its form is asked for with the rest, after the right
