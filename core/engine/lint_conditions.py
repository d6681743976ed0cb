"""Lint: conditions compile, and the values that they compare with exist."""

from collections.abc import Iterator, Mapping

from core.engine.conditions import Clause, compile_condition
from core.engine.facts import FIELD_PREFIX
from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_checks import LAPSING
from core.engine.spec_conditions import clauses_of, conditions_of
from core.engine.spec_keys import unknown
from core.kit.errors import Invalid, Problem

_COMPARES = frozenset({"eq", "ne", "in", "not_in", "contains"})


def condition_problems(flow: Flow) -> Iterator[Problem]:
    """What the compiler says, and values that name no stage, sub-status, applicant type, choice, item or reason."""
    values = _values(flow)
    for placed in conditions_of(flow):
        try:
            compile_condition(placed.spec, flow.fact_types(placed.scope), placed.pointer, flow.fact_names)
        except Invalid as invalid:
            yield from invalid.problems
        for clause, at in clauses_of(placed.spec, placed.pointer):
            yield from _value(clause, values, at)


def _values(flow: Flow) -> Mapping[str, tuple[str, frozenset[str]]]:
    """For facts with a closed set of values: what a value is called, and the values."""
    substates = frozenset(choice.key for stage in flow.stages for choice in stage.substates)
    outcomes = frozenset(each.outcome for each in flow.transitions if each.outcome is not None)
    known = {
        "case.stage": ("stage", frozenset(stage.key for stage in flow.stages)),
        "case.substate": ("substate", substates),
        "case.outcome": ("choice", outcomes),
        "applicant.type": ("choice", frozenset(choice.key for choice in flow.applicant_types)),
        "event.trigger": ("transition", frozenset(each.key for each in flow.transitions)),
        "event.item": ("item", frozenset(item.key for item in flow.items)),
        "event.reason": ("choice", frozenset((*(choice.key for choice in flow.reasons), *LAPSING))),
        "event.fields": ("field", frozenset(field.key for field in flow.fields)),
    }
    for field in flow.fields:
        if field.choices:
            keys = frozenset(choice.key for choice in field.choices)
            known.setdefault(FIELD_PREFIX + field.key, ("choice", keys))
    return known


def _value(clause: Clause, values: Mapping[str, tuple[str, frozenset[str]]], at: str) -> Iterator[Problem]:
    if clause.field is None or clause.field not in values or clause.op not in _COMPARES:
        return
    noun, known = values[clause.field]
    pointer = join(at, "value")
    if isinstance(clause.value, tuple):
        given = [(str(value), join(pointer, index)) for index, value in enumerate(clause.value)]
    else:
        given = [] if clause.value is None else [(str(clause.value), pointer)]
    for value, place in given:
        if value not in known:
            names = ", ".join(sorted(known)[:12]) + (" ..." if len(known) > 12 else "")
            yield unknown(noun, value, place, (f"可用：{names}。", f"Known: {names}."))
