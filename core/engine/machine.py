"""The state machine of one published flow version: one plain ``transitions.Machine`` that decides for every case.

The machine holds no case. A decision is a throw-away walker that carries stage and facts through the machine's event
and comes out with a new stage or with the reasons why not. Only closures that are made here are ever given to
``transitions``: it would import and call a dotted path if it were handed a text.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import cast

from transitions import EventData, Machine, MachineError

from core.engine.conditions import Condition, compile_condition
from core.engine.facts import FIELD_PREFIX
from core.engine.flow import At, Field, Flow, Rule, Transition
from core.engine.formulas import Formulas
from core.engine.lint_formulas import formula_problems
from core.engine.spec_conditions import conditions_of
from core.engine.spec_keys import key_problems
from core.engine.text import Words
from core.kit.errors import Invalid, NotAllowed, NotPossibleNow, Problem


@dataclass(frozen=True, slots=True)
class Move:
    """A decision that was taken. ``substate`` and ``outcome`` are what the transition sets; None where it sets none."""

    to: str
    substate: str | None
    outcome: str | None
    transition: Transition


@dataclass(slots=True)
class _Walker:
    """Goes through the machine once, is asked where it is, and collects why a guard said no."""

    _at: str  # with an underscore, because no transition may be called like the machine's model attribute
    facts: Mapping[str, object]
    reasons: list[Words] = field(default_factory=list)

    @property
    def stage(self) -> str:
        return self._at


class FlowMachine:
    """Decides the transitions of one flow. Never changes once built, so any number of threads may ask it at once."""

    def __init__(self, flow: Flow, guards: Mapping[str, Condition]) -> None:
        """``guards`` are the compiled ``when`` of the transitions, by transition key; absent means free to go.

        Raises Invalid for keys that are unsafe, doubled or lead nowhere: such names never reach ``transitions``.
        """
        if problems := key_problems(flow):
            raise Invalid("the flow's keys do not fit together", problems=problems)
        self._flow = flow
        self._guards = dict(guards)
        self._stages = {stage.key: stage for stage in flow.stages}
        self._transitions = {each.key: each for each in flow.transitions}
        self._machine = Machine(
            model=None,
            states=list(self._stages),
            initial=flow.initial,
            auto_transitions=False,
            send_event=True,
            queued=False,
            model_attribute="_at",
        )
        for each in flow.transitions:
            conditions = _closure(guards[each.key]) if each.key in guards else None
            self._machine.add_transition(each.key, list(each.from_stages), each.to, conditions=conditions)

    def triggers(self, stage: str) -> tuple[Transition, ...]:
        """The transitions that lead out of a stage, whatever guards and roles say, in the flow's order."""
        return tuple(each for each in self._flow.transitions if stage in each.from_stages)

    def steps_back(self, stage: str) -> tuple[Transition, ...]:
        """The transitions that send a case back: to a stage that the flow names earlier, and that set nothing on
        arrival. One that sets a state or an outcome (a supplement handed in) is a step of the flow's own way, and one
        by which a hand-over is answered is taken by its answer alone."""
        order = list(self._stages)
        before = set(order[: order.index(stage)])
        answers = self.answers(stage)
        return tuple(
            each
            for each in self.triggers(stage)
            if each.to in before and not each.substate and not each.outcome and each.key not in answers
        )

    def answers(self, stage: str) -> tuple[str, ...]:
        """The steps out of this stage that are taken by accepting or returning its hand-over."""
        handover = self._stages[stage].handover
        return () if handover is None else handover.steps

    def needs(self, trigger: str) -> frozenset[str]:
        """The names of the facts that a decision about this trigger looks at; none for an unknown trigger."""
        guard = self._guards.get(trigger)
        return guard.names if guard is not None else frozenset()

    def ruled_out(self, trigger: str, facts: Mapping[str, object]) -> bool:
        """Whether these facts alone forbid the trigger: then it needs no button as long as they stay."""
        guard = self._guards.get(trigger)
        return guard is not None and guard.rules_out(facts)

    def decide(self, stage: str, trigger: str, facts: Mapping[str, object], roles: Collection[str]) -> Move:
        """Where the case goes. Raises NotAllowed when none of ``roles`` may, else NotPossibleNow with ``reasons``.

        ``roles`` are those of the acting person; a rule acts as ``system``, a client as ``client``.
        """
        transition = self._transitions.get(trigger)
        if transition is None:
            raise _not_possible(stage, trigger, [_unknown_trigger(trigger)])
        if not set(roles) & set(transition.by):
            raise NotAllowed(f"{trigger} is for {', '.join(transition.by)}", trigger=trigger, by=transition.by)
        if stage not in self._stages:
            raise _not_possible(stage, trigger, [self._wrong_stage(stage, transition)])
        walker = _Walker(stage, facts)
        try:
            moved = self._machine.events[trigger].trigger(walker)
        except MachineError:
            raise _not_possible(stage, trigger, [self._wrong_stage(stage, transition)]) from None
        if not moved:
            raise _not_possible(stage, trigger, walker.reasons)
        return Move(walker.stage, transition.substate, transition.outcome, transition)

    def _wrong_stage(self, stage: str, transition: Transition) -> Words:
        found = self._stages.get(stage)
        name, label = found.name if found else {}, transition.label
        return {
            "zh-CN": f"当前阶段“{name.get('zh-CN', stage)}”不能“{label.get('zh-CN', transition.key)}”",
            "en": f'"{label.get("en", transition.key)}" is not possible in stage "{name.get("en", stage)}"',
        }


@dataclass(frozen=True)  # without slots: what is worked out once is kept in it
class CompiledFlow:
    """A flow ready to run. ``required`` holds the compiled conditions by what they belong to and its key.

    ``required["item", key]``, ``required["group", key]`` and ``required["field", key]`` are the ``required_when``,
    ``required["rule", key]`` is a rule's ``when``. What has no condition is absent. ``formulas`` work out the computed
    fields.
    """

    flow: Flow
    machine: FlowMachine
    required: Mapping[tuple[str, str], Condition]
    formulas: Formulas

    def asks(self, transition: Transition, stage: str) -> tuple[Field, ...]:
        """The fields that staff are asked for before they take ``transition`` out of ``stage``. A yes or no of the
        stage's ``exit_form`` is ticked on its card and asked for only by a step whose guard looks at it."""
        needs = self.machine.needs(transition.key)
        leaving = [
            key
            for key in self.flow.stage(stage).exit_form
            if self.flow.field(key).type != "bool" or FIELD_PREFIX + key in needs
        ]
        return tuple(self.flow.field(key) for key in dict.fromkeys((*leaving, *transition.form)))

    @cached_property
    def rules_on(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that wait for each kind of event, in the flow's order."""
        found: dict[str, list[Rule]] = {}
        for rule in self.flow.rules:
            if rule.on is not None:
                found.setdefault(rule.on, []).append(rule)
        return {kind: tuple(rules) for kind, rules in found.items()}

    @cached_property
    def timed(self) -> tuple[tuple[Rule, At], ...]:
        """The rules about time, each with its moments."""
        return tuple((rule, rule.at) for rule in self.flow.rules if rule.at is not None)

    @cached_property
    def stopped_by(self) -> Mapping[str, tuple[tuple[Rule, At], ...]]:
        """The rules about time that each kind of event stops."""
        kinds = {kind for _, at in self.timed for kind in at.until}
        return {kind: tuple(each for each in self.timed if kind in each[1].until) for kind in kinds}


def compile_flow(flow: Flow) -> CompiledFlow:
    """Compile every condition and build the machine.

    Raises Invalid with all problems of keys, conditions and formulas.
    """
    problems: list[Problem] = [*key_problems(flow), *formula_problems(flow)]
    compiled: dict[tuple[str, str], Condition] = {}
    for placed in conditions_of(flow):
        try:
            condition = compile_condition(placed.spec, flow.fact_types(placed.scope), placed.pointer, flow.fact_names)
        except Invalid as invalid:
            problems += invalid.problems
        else:
            compiled[placed.kind, placed.key] = condition
    if problems:
        raise Invalid("the flow does not compile", problems=problems)
    guards = {key: condition for (kind, key), condition in compiled.items() if kind == "transition"}
    within = {key: condition for (kind, key), condition in compiled.items() if kind == "formula"}
    required = {name: condition for name, condition in compiled.items() if name[0] not in ("transition", "formula")}
    formulas = Formulas.of(flow, MappingProxyType(within))
    return CompiledFlow(flow, FlowMachine(flow, guards), MappingProxyType(required), formulas)


def _closure(guard: Condition) -> Callable[[EventData], bool]:
    """The only kind of callback that a machine is ever given."""

    def passes(event: EventData) -> bool:
        walker = cast(_Walker, event.model)
        verdict = guard.check(walker.facts)
        walker.reasons.extend(verdict.unmet)
        return verdict.ok

    return passes


def _not_possible(stage: str, trigger: str, reasons: list[Words]) -> NotPossibleNow:
    text = "; ".join(reason.get("en", "") for reason in reasons)
    return NotPossibleNow(text, reasons=reasons, stage=stage, trigger=trigger)


def _unknown_trigger(trigger: str) -> Words:
    return {"zh-CN": f"本流程没有操作“{trigger}”", "en": f'this flow has no step "{trigger}"'}
