"""Cases: stages, fields, the team and the people they are for."""

from typing import ClassVar, Literal

from pydantic import Field

from core.commands.command import Command
from core.commands.contracts import FieldValue, Traveller

Subject = tuple[str, str] | None


class OpenCase(Command):
    """Begin a case of a published flow; its checklist is made from the applicants."""

    permission: ClassVar[str] = "case.open"

    client_id: int
    flow: str
    contract_id: int | None = None
    travellers: tuple[Traveller, ...] = Field(min_length=1, max_length=30)
    team: dict[str, int] = Field(default_factory=dict)
    fields: dict[str, FieldValue] = Field(default_factory=dict)


class AdvanceCase(Command):
    """Pull one trigger of the case's flow. `stage` is where the caller believes the case to be."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    trigger: str
    stage: str | None = None
    reason: str = Field(default="", max_length=2000)
    confirmed: bool = False  # a chat asks before a step that wants it; other doors mean what they say


class SetSubstate(Command):
    """Say more exactly where a case is within its stage (已录指纹, 使馆审核中)."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    substate: str
    stage: str | None = None


class EndPause(Command):
    """The client has written: a limit that stood still until then goes on."""

    permission: ClassVar[str] = "case.heard"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int


class SetFields(Command):
    """Fill fields of the case; the checklist follows what they say."""

    permission: ClassVar[str] = "case.write"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    fields: dict[str, FieldValue] = Field(min_length=1, max_length=100)


class AddTraveller(Command):
    """One more person on a running case, with a checklist of his own."""

    permission: ClassVar[str] = "case.write"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    traveller: Traveller


class AskSupplement(Command):
    """The authority asks for more (补料): items are opened again and the clock starts."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    items: tuple[str, ...] = Field(default=(), max_length=40)  # item keys of the flow: of every traveller
    item_ids: tuple[int, ...] = Field(default=(), max_length=40)  # rows of the checklist: each of one traveller
    reason: str = Field(min_length=1, max_length=2000)


class OpenItems(Command):
    """Ask again for items, or for the first time; a reason goes to the client."""

    permission: ClassVar[str] = "document.review"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    items: tuple[str, ...] = Field(default=(), max_length=40)  # as for AskSupplement
    item_ids: tuple[int, ...] = Field(default=(), max_length=40)
    reason: str = Field(min_length=1, max_length=2000)


class AssignRole(Command):
    """Who does a role's work on this case from now on."""

    permission: ClassVar[str] = "case.assign"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    role: str
    staff_id: int


class ShareOut(Command):
    """Find somebody fairly for a role of this case: a rule asks for it, see core.cases.sharing_out."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    role: str = Field(max_length=40)
    by: Literal["round_robin", "least_loaded"]
    department: str | None = None  # its name: only there
    region: str | None = None  # key of the field whose value says which department it is
    most_open: int | None = None  # whoever has so many open cases in this role gets no further one
    again: bool = False  # another one, although somebody does it


class OpenForm(Command):
    """Ask me for what this step needs to know, one thing at a time, then take the step."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    trigger: str
    stage: str | None = None
    confirmed: bool = False


class PlanRules(Command):
    """Plan the case's time-based rules anew: an anchor has become known or has changed."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    anchors: tuple[str, ...] = ()  # only rules that hang on one of these; empty: all


class RunRule(Command):
    """A rule's hour has come: look whether its condition holds, then act."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    rule: str
    anchor: str  # its value when this was planned: a changed date makes it a no-op; "#" and which of several moments


class StopRules(Command):
    """Something has happened for which rules about time stop in this case: their plans are taken back for good."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    event: str = Field(min_length=1, max_length=60)  # its kind


class RearmRule(Command):
    """Let a rule act for this case again, after its fuse has stopped it."""

    permission: ClassVar[str] = "rule.rearm"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    rule: str = Field(min_length=1, max_length=60)
