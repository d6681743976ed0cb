"""What the rules of a case did, in JSON."""

from collections.abc import Callable
from typing import Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment
from core.engine.text import Words
from core.views.rule_log import Act, Run

Name = Callable[[str], Words]


class RuleAct(Given):
    """One action of a rule, and what came of it."""

    action: str = Field(examples=["advance_case"])
    came: str = Field(
        description="`done`; `refused`; `unreachable`: nobody could be told; `held`: nobody may turn to the client; "
        "`later`: when his night is over; `nothing`: nobody to do it, or nothing new. Of a webhook: `asked`: it is on "
        "its way; `done`: delivered; `failed`: given up."
    )
    code: str | None = Field(description="Of the refusal.", examples=["not_possible_now"])
    reasons: list[Words]


class RuleRun(Given):
    """One look of a rule whether it should act."""

    seq: int = Field(description="Its number in the case's timeline.")
    at: Moment
    rule: str
    name: Words
    set_off: str | None = Field(
        description="The event that set it off; `RuleDue`: its moment. null: not known any more.",
        examples=["DocumentApproved"],
    )
    state: Literal["acted", "not_acted"]
    stopped: str | None = Field(description="`loop` or `storm`: it would have acted, but for its fuse.")
    reasons: list[Words] = Field(description="Why it did not act: what would have to be different.")
    actions: list[RuleAct]
    correlation: IdOut = Field(description="The same for everything that followed from one act.")


class PlannedRule(Given):
    """A rule that waits for its moment; whether it acts is looked at then."""

    rule: str
    name: Words
    state: Literal["planned"] = "planned"
    due: Moment


class StoppedRule(Given):
    """A rule that does not act for this case until somebody lets it."""

    rule: str
    name: Words
    since: Moment


class EndedRule(Given):
    """A rule about time that does not go on in this case, because an event that it names in `until` has come."""

    rule: str
    name: Words
    at: Moment
    by: str = Field(description="The kind of the event.", examples=["ClientWrote"])


class RuleLog(Given):
    """What the rules of a case did, newest first, with what is planned, what is stopped now and what has ended."""

    case_id: IdOut
    planned: list[PlannedRule]
    stopped: list[StoppedRule]
    ended: list[EndedRule]
    runs: list[RuleRun]
    next: Next


def run_of(run: Run, name: Name) -> RuleRun:
    return RuleRun(
        seq=run.seq,
        at=run.at,
        rule=run.rule,
        name=name(run.rule),
        set_off=run.set_off or None,
        state="acted" if run.acted else "not_acted",
        stopped=run.stopped or None,
        reasons=list(run.reasons),
        actions=[_act_of(each) for each in run.acts],
        correlation=run.correlation,
    )


def _act_of(act: Act) -> RuleAct:
    return RuleAct(action=act.action, came=act.came, code=act.code or None, reasons=list(act.reasons))
