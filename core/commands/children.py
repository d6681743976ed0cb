"""Child cases: cases of other flows that a case starts beside itself, and what it hears of them."""

from typing import ClassVar, Literal

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class StartChild(Command):
    """Open what the flow calls a child of this case. Without `value`, one for every value that has none yet; a child
    that is there is not opened again, unless `again` asks for one more after those that are closed."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    child: str = Field(min_length=1, max_length=60)
    value: str = Field(default="", max_length=60)
    again: bool = False


class OfferChild(Command):
    """Show me for which values I can open a child of this case."""

    permission: ClassVar[str] = "case.advance"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int
    child: str = Field(min_length=1, max_length=60)


class HearOfChild(Command):
    """A child has moved on or is closed: its parent notes it, and its rules hear of it."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[Subject] = ("case", "case_id")

    case_id: int  # of the parent
    child_id: int
    what: Literal["moved", "closed"]
    stage: str = ""
    substate: str | None = None
    trigger: str = ""
