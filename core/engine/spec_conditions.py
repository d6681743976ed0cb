"""All conditions of a flow, with the place where each stands and the facts that it may ask for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.engine.cel import FILLED
from core.engine.conditions import Clause, ConditionSpec
from core.engine.flow import Flow, Group, Item, Scope
from core.engine.pointer import join
from core.engine.spec_formulas import Formula

_FACT = re.compile(r"(?<!\w)(?:path\.[a-z][a-z0-9_]*|[a-z]+)\.[a-z][a-z0-9_]*")

Kind = Literal["transition", "field", "formula", "item", "group", "rule", "service"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A condition, what it belongs to (``kind`` and ``key``), and its pointer in the flow.

    Of a ``formula`` there may be several, one within another: ``key`` is the pointer then.
    """

    kind: Kind
    key: str
    spec: ConditionSpec
    pointer: str
    scope: Scope


def conditions_of(flow: Flow) -> Iterator[Placed]:
    """Every guard, every ``required_when``, every ``when`` of formulas and of rules, in the flow's order."""
    for index, each in enumerate(flow.transitions):
        if each.when is not None:
            yield Placed("transition", each.key, each.when, join("/transitions", index, "when"), "case")
    for index, field in enumerate(flow.fields):
        if field.required_when is not None:
            yield Placed("field", field.key, field.required_when, join("/fields", index, "required_when"), "case")
        if field.compute is not None:
            yield from _of_formula(field.compute, join("/fields", index, "compute"))
    for index, item in enumerate(flow.items):
        if item.required_when is not None:
            pointer = join("/items", index, "required_when")
            yield Placed("item", item.key, item.required_when, pointer, item_scope(item))
    for index, group in enumerate(flow.groups):
        if group.required_when is not None:
            pointer = join("/groups", index, "required_when")
            yield Placed("group", group.key, group.required_when, pointer, group_scope(flow, group))
    for index, rule in enumerate(flow.rules):
        if rule.when is not None:
            scope: Scope = "event" if rule.on is not None else "case"
            yield Placed("rule", rule.key, rule.when, join("/rules", index, "when"), scope)
    for index, service in enumerate(flow.services):
        if service.when is not None:
            yield Placed("service", service.key, service.when, join("/services", index, "when"), "case")


def _of_formula(formula: Formula, pointer: str) -> Iterator[Placed]:
    if formula.when is not None:
        at = join(pointer, "when")
        yield Placed("formula", at, formula.when, at, "case")
    for place, term in formula.terms:
        if isinstance(term, Formula):
            yield from _of_formula(term, join(pointer, *place))


def item_scope(item: Item) -> Scope:
    """Items per applicant are asked for each applicant, items per case once."""
    return "applicant" if item.per == "applicant" else "case"


def group_scope(flow: Flow, group: Group) -> Scope:
    """A group is asked where its items are."""
    return "applicant" if any(item.group == group.key and item.per == "applicant" for item in flow.items) else "case"


def clauses_of(spec: ConditionSpec, pointer: str) -> Iterator[tuple[Clause, str]]:
    """Every clause within a condition, however deep, with its pointer."""
    for name, members in (("all", spec.all), ("any", spec.any), ("none", spec.none)):
        for index, member in enumerate(members or ()):
            at = join(pointer, name, index)
            if isinstance(member, Clause):
                yield member, at
            else:
                yield from clauses_of(member, at)


def fact_names_in(spec: ConditionSpec) -> set[str]:
    """Whatever may be a fact's name in a condition; of an expression everything that is written like one."""
    found: set[str] = set()
    for clause, _ in clauses_of(spec, ""):
        if clause.field is not None:
            found.add(clause.field)
        found.update(_FACT.findall((clause.cel or "").replace(FILLED, "")))
    return found
