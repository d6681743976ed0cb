"""What happens to the rules of a flow: they come due, are asked, act or do not, are stopped and let go."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from core.events.event import Event


class RuleDue(Event):
    """The moment for which a rule was planned. `anchor`: what tells it from its other moments."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    rule: str
    anchor: str


class RuleStopped(Event):
    """A rule about time does not go on in this case: an event has come that it names in `until`."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    rule: str
    by: str  # kind of the event


class Did(BaseModel):
    """What came of one action of a rule: done, refused, unreachable (nobody could be told), held (nobody may be told),
    later (when the night is over), nothing to do, or asked.

    What came of something that was asked stands in the outbox.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: str
    came: str
    code: str = ""  # of the refusal
    reasons: tuple[dict[str, str], ...] = ()  # language -> sentence
    sent: int = 0  # id of the outbox row that was asked for


class RuleRan(Event):
    """In words why a rule did or did not act, and what it did."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    rule: str
    acted: bool
    set_off: str = ""  # the kind of event that it waits for; RuleDue: its moment
    stopped: str = ""  # loop, storm: it would have acted, but for its fuse
    reasons: tuple[dict[str, str], ...] = ()  # why it did not act: language -> sentence
    did: tuple[Did, ...] = ()


class FuseBlown(Event):
    """A rule was stopped. `stopped`: loop, its chain was cut; storm, it does not act for this case any more."""

    starts_rules: ClassVar[bool] = False
    rule: str
    stopped: str


class RuleRearmed(Event):
    """A person lets a stopped rule act again."""

    starts_rules: ClassVar[bool] = False
    rule: str
