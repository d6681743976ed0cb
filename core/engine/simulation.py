"""What another version of a flow would make of a case: two views of the same case compared, nothing is done.

Pure: whoever asks has loaded the facts. A condition that cannot be decided does not hold, as everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from core.engine.checklist import Unit
from core.engine.flow import Flow, Transition
from core.engine.machine import CompiledFlow
from core.engine.text import Words
from core.kit.errors import NotPossibleNow

UnitChange = Literal["added", "dropped", "required", "optional", "alternatives"]
StepState = Literal["open", "blocked", "absent"]

UNIT_CHANGES: Final[tuple[UnitChange, ...]] = ("added", "required", "alternatives", "optional", "dropped")


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as one version of its flow sees it. ``facts`` hold what that version counts (``docs.*``); ``units`` are
    what it asks for now; ``limit`` is the stage's, None where it has none or has no such stage; ``fields`` are the
    case's, with those that this version computes."""

    compiled: CompiledFlow
    facts: Mapping[str, object]
    units: Sequence[Unit]
    limit: datetime | None
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class UnitEffect:
    """A piece of the checklist that is asked for otherwise.

    ``added``: the older flow does not know it; ``dropped``: the newer does not; ``required``, ``optional``: both know
    it, and it is asked for now or no more; ``alternatives``: other items are enough, or another number of them.
    ``applicant`` counts from 1; None: of the whole case.
    """

    change: UnitChange
    kind: Literal["item", "group"]
    key: str
    name: Words
    applicant: int | None


@dataclass(frozen=True, slots=True)
class StepEffect:
    """A step out of the case's stage. ``why``: what is not met, where it is blocked in the newer flow."""

    key: str
    label: Words
    before: StepState
    after: StepState
    why: tuple[Words, ...] = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class CaseEffect:
    """What would be other for one case. ``steps`` are all of its stage, also those that stay as they are.
    ``handover_ends``: one is offered, and nobody could accept it in the newer flow."""

    stranded: bool  # the newer flow has no such stage: no step leads out of it
    substate_gone: bool
    units: tuple[UnitEffect, ...]
    steps: tuple[StepEffect, ...]
    limit_before: datetime | None
    limit_after: datetime | None
    handover_ends: bool = False

    @property
    def limit_moves(self) -> bool:
        return not self.stranded and self.limit_before != self.limit_after

    @property
    def steps_changed(self) -> tuple[StepEffect, ...]:
        return tuple(each for each in self.steps if each.changed)

    @property
    def unchanged(self) -> bool:
        other = self.stranded or self.substate_gone or self.limit_moves or self.handover_ends
        return not (other or self.units or self.steps_changed)


def effect(
    stage: str, substate: str | None, people: Sequence[int], old: Seen, new: Seen, offered: str | None = None
) -> CaseEffect:
    """``stage`` is one of the older flow; ``people``: ids of the case's applicants in order; ``offered``: the role that
    is to accept the hand-over that is offered."""
    flow = new.compiled.flow
    there = next((each for each in flow.stages if each.key == stage), None)
    places = {person: position for position, person in enumerate(people, 1)}
    return CaseEffect(
        stranded=there is None,
        substate_gone=there is not None and substate is not None and substate not in {s.key for s in there.substates},
        units=tuple(_units(old, new, places)),
        steps=() if there is None else tuple(_steps(stage, old, new)),
        limit_before=old.limit,
        limit_after=new.limit,
        handover_ends=offered is not None and not (there and there.handover and there.handover.to == offered),
    )


def blocked_by(compiled: CompiledFlow, stage: str, step: Transition, facts: Mapping[str, object]) -> tuple[Words, ...]:
    """What is not met for a step out of this stage, for whoever has the role for it; empty: it is open."""
    try:
        compiled.machine.decide(stage, step.key, facts, step.by)
    except NotPossibleNow as refusal:
        reasons: Iterable[Words] = refusal.params["reasons"]  # type: ignore[assignment]  # the machine's own
        return tuple(reasons)
    return ()


def _steps(stage: str, old: Seen, new: Seen) -> Iterator[StepEffect]:
    """In the newer flow's order, then those that are gone."""
    before = {each.key: each for each in old.compiled.machine.triggers(stage)}
    after = {each.key: each for each in new.compiled.machine.triggers(stage)}
    for key, step in after.items():
        why = blocked_by(new.compiled, stage, step, new.facts)
        was = _state(old, stage, before[key]) if key in before else "absent"
        yield StepEffect(key, step.label, was, "blocked" if why else "open", why)
    for key, step in before.items():
        if key not in after:
            yield StepEffect(key, step.label, _state(old, stage, step), "absent")


def _state(seen: Seen, stage: str, step: Transition) -> StepState:
    return "blocked" if blocked_by(seen.compiled, stage, step, seen.facts) else "open"


_Place = tuple[Literal["item", "group"], str, int | None]  # a unit wherever it stands: kind, key, applicant


def _units(old: Seen, new: Seen, places: Mapping[int, int]) -> Iterator[UnitEffect]:
    """In the newer flow's order, then those that are asked for no more."""
    before, after = _by_place(old.units), _by_place(new.units)
    for place, unit in after.items():
        was = before.get(place)
        if was is None:
            yield _effect("required" if _knows(old.compiled.flow, place) else "added", place, new, places)
        elif (set(was.items), was.need) != (set(unit.items), unit.need):
            yield _effect("alternatives", place, new, places)
    for place in before:
        if place not in after:
            known = _knows(new.compiled.flow, place)
            yield _effect("optional" if known else "dropped", place, new if known else old, places)


def _by_place(units: Sequence[Unit]) -> dict[_Place, Unit]:
    return {
        ("item", each.items[0], each.applicant) if each.group is None else ("group", each.group, each.applicant): each
        for each in units
    }


def _knows(flow: Flow, place: _Place) -> bool:
    kind, key, _ = place
    return any(each.key == key for each in (flow.items if kind == "item" else flow.groups))


def _effect(change: UnitChange, place: _Place, seen: Seen, places: Mapping[int, int]) -> UnitEffect:
    kind, key, person = place
    flow = seen.compiled.flow
    name = flow.item(key).name if kind == "item" else flow.group(key).name
    return UnitEffect(change, kind, key, dict(name), None if person is None else places[person])
