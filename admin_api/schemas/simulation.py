"""What came of trying a draft on open cases, in JSON."""

from typing import Final, Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment
from admin_api.schemas.params import ChangedParam, changed_param_of
from core.engine.simulated_rules import MOST_CASES as MOST_OF_A_RULE
from core.engine.simulated_rules import Tally
from core.engine.simulation import CaseEffect, StepEffect, StepState, UnitChange, UnitEffect
from core.engine.simulation_words import (
    UNKNOWN,
    action_words,
    case_words,
    rule_words,
    step_words,
    summary_words,
    unit_words,
)
from core.engine.text import Words
from core.views.simulation import KINDS, MOST_AT_A_DOOR, MOST_EVENTS, MOST_EXAMPLES, Part, Simulation, Told

_STATE: Final = "absent: the flow has no such step out of this stage."


class UnitOfCase(Given):
    """An item or a group of the checklist that is asked for otherwise."""

    change: UnitChange = Field(
        description="added, dropped: only one of the flows knows it; required, optional: both do, and it is asked for "
        "now or no more; alternatives: other items of a group are enough."
    )
    kind: Literal["item", "group"]
    key: str = Field(examples=["passport"])
    name: Words
    applicant: int | None = Field(description="Counted from 1; null: of the whole case.")
    words: Words


class StepOfCase(Given):
    """A step out of the stage where the case is."""

    key: str = Field(examples=["documents_complete"])
    label: Words
    before: StepState = Field(description=f"As published; {_STATE}")
    after: StepState = Field(description=f"With the draft; {_STATE}")
    why: list[Words] = Field(description="What is not met, where it is blocked with the draft.")
    words: Words


class SimulatedCase(Given):
    """What would be other for a case, if the draft were its flow now."""

    case_id: IdOut
    number: str = Field(examples=["V-2026-0001"])
    version: int = Field(description="The version that it is on.")
    stage: str
    stage_name: Words
    unchanged: bool
    stranded: bool = Field(description="The draft has no such stage.")
    substate_gone: bool
    handover_ends: bool = Field(description="A hand-over is offered, and nobody could accept it with the draft.")
    checklist: list[UnitOfCase]
    steps: list[StepOfCase] = Field(description="All out of its stage, also those that stay as they are.")
    limit_before: Moment | None
    limit_after: Moment | None
    words: list[Words] = Field(description="What would be other, a sentence each.")
    by_params: list[Words] = Field(description="What changed parameters mean for it, also where nothing else changes.")


class SimulatedCases(Given):
    """Open cases of the flow that the caller reaches, the oldest first; a page may have fewer than were asked for."""

    cases: list[SimulatedCase]
    next: Next


class Affected(Given):
    """A piece of the checklist or a step, and of how many cases."""

    change: str = Field(description="Of a checklist as in a case's; of a step what it would be.", examples=["added"])
    key: str
    name: Words
    cases: int


class Kinds(Given):
    """Cases by what would be other; one may count for several."""

    stranded: int
    checklist: int
    steps: int
    limit: int
    substate: int
    handover: int


class Examples(Given):
    """Cases that the caller reaches."""

    stranded: list[SimulatedCase]
    checklist: list[SimulatedCase]
    steps: list[SimulatedCase]
    limit: list[SimulatedCase]
    substate: list[SimulatedCase]
    handover: list[SimulatedCase]


class Reason(Given):
    """Something that was not met."""

    words: Words
    times: int


class SimulatedRule(Given):
    """A rule, and what it says to the events of the span by either version."""

    rule: str
    name: Words
    gone: bool = Field(description="The draft does not have it.")
    new: bool = Field(description="No version with open cases has it.")
    differs: bool
    acted_before: int
    refrained_before: int
    acted_after: int
    refrained_after: int
    held_before: int = Field(description="Its messages to clients that a gag of their stage holds, as published.")
    held_after: int = Field(description="The same with the draft.")
    newly: int = Field(description="How often it would act where it does not as published.")
    cases: list[str] = Field(description=f"Numbers of at most {MOST_OF_A_RULE} of these cases that the caller reaches.")
    why_not: list[Reason] = Field(description="With the draft, the most frequent first.")
    words: Words


class SimulatedAction(Given):
    """What rules ask for: counted, never done."""

    action: str = Field(examples=["notify_client"])
    before: int
    after: int
    words: Words


class DraftSimulation(Given):
    """A draft tried on open cases and on their last days; nothing of it was done."""

    flow: str
    version: int
    days: int
    since: Moment
    differs: bool = Field(description="Anything would be other.")
    looked_at: int = Field(
        description=f"Open cases, the oldest first, at most {MOST_AT_A_DOOR}; `banli flow simulate` takes more."
    )
    left_off: int = Field(description="Open cases beyond the limit, which were not looked at.")
    unchanged: int
    counts: Kinds
    examples: Examples = Field(description=f"At most {MOST_EXAMPLES} of each kind.")
    checklist: list[Affected]
    steps: list[Affected]
    events: int = Field(description="Events and moments that rules were asked about.")
    without_past: int = Field(
        description=f"Cases whose events were left out, as {MOST_EVENTS} had been looked at before."
    )
    params: list[ChangedParam] = Field(description="Parameters that are other than in a version with open cases.")
    rules: list[SimulatedRule]
    actions: list[SimulatedAction]
    summary: Words
    unknown: list[Words] = Field(description="What this cannot know.")


def simulation_of(found: Simulation) -> DraftSimulation:
    counts: dict[str, int] = {kind: found.counts[kind] for kind in KINDS}
    return DraftSimulation(
        flow=found.flow.key,
        version=found.flow.version,
        days=found.days,
        since=found.since,
        differs=found.differs,
        looked_at=found.looked_at,
        left_off=found.left_off,
        unchanged=found.unchanged,
        counts=Kinds(**counts),
        examples=Examples(**{kind: [case_of(each) for each in found.examples[kind]] for kind in KINDS}),
        checklist=[_affected(each) for each in found.unit_parts],
        steps=[_affected(each) for each in found.step_parts],
        events=found.events,
        without_past=found.without_past,
        params=[changed_param_of(each) for each in found.params.all],
        rules=[_rule(each) for each in found.rules],
        actions=[
            SimulatedAction(action=action, before=before, after=after, words=action_words(action, before, after))
            for action, (before, after) in found.actions.items()
        ],
        summary=summary_words(found.looked_at, found.unchanged, counts, found.left_off),
        unknown=list(UNKNOWN),
    )


def case_of(told: Told) -> SimulatedCase:
    effect: CaseEffect = told.effect
    return SimulatedCase(
        case_id=told.case_id,
        number=told.number,
        version=told.version,
        stage=told.stage,
        stage_name=told.stage_name,
        unchanged=effect.unchanged,
        stranded=effect.stranded,
        substate_gone=effect.substate_gone,
        handover_ends=effect.handover_ends,
        checklist=[_unit(each) for each in effect.units],
        steps=[_step(each) for each in effect.steps],
        limit_before=effect.limit_before,
        limit_after=effect.limit_after,
        words=list(case_words(told.stage_name, effect)),
        by_params=list(told.by_params),
    )


def _unit(each: UnitEffect) -> UnitOfCase:
    return UnitOfCase(
        change=each.change,
        kind=each.kind,
        key=each.key,
        name=each.name,
        applicant=each.applicant,
        words=unit_words(each),
    )


def _step(each: StepEffect) -> StepOfCase:
    return StepOfCase(
        key=each.key,
        label=each.label,
        before=each.before,
        after=each.after,
        why=list(each.why),
        words=step_words(each),
    )


def _affected(each: Part) -> Affected:
    return Affected(change=each.change, key=each.key, name=each.name, cases=each.cases)


def _rule(tally: Tally) -> SimulatedRule:
    return SimulatedRule(
        rule=tally.key,
        name=tally.name,
        gone=tally.gone,
        new=tally.new,
        differs=tally.differs,
        acted_before=tally.before.acted,
        refrained_before=tally.before.refrained,
        acted_after=tally.after.acted,
        refrained_after=tally.after.refrained,
        held_before=tally.before.held,
        held_after=tally.after.held,
        newly=tally.newly,
        cases=list(tally.cases),
        why_not=[Reason(words=words, times=many) for words, many in tally.reasons()],
        words=rule_words(tally),
    )
