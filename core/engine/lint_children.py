"""Lint: child cases. What this flow says of them by itself, and, once the other flow is at hand, whether that fits."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from core.engine.conditions import FactType
from core.engine.facts import FIELD_FACTS, FIELD_PREFIX
from core.engine.flow import Flow
from core.engine.lint_names import field_problems
from core.engine.pointer import join
from core.engine.spec_children import Child
from core.engine.spec_keys import safe, unknown, unsafe
from core.kit.errors import Problem

Flows = Callable[[str], Flow | None]
"""The newest published version of another flow, by its key."""

Source = TypeVar("Source")


def child_problems(flow: Flow) -> Iterator[Problem]:
    """What the file alone shows: fields of this flow that there are not, and rules that start a child nobody names."""
    for index, child in enumerate(flow.children):
        yield from _own(flow, child, join("/children", index))
    known = {child.key for child in flow.children}
    for index, rule in enumerate(flow.rules):
        for place, call in enumerate(rule.then):
            key = call.args.get("child")
            if call.action == "start_child" and isinstance(key, str) and key not in known:
                hint = (f"可用：{', '.join(sorted(known))}。", f"Known: {', '.join(sorted(known))}.")
                yield unknown("child", key, join("/rules", index, "then", place, "args", "child"), hint)


def _own(flow: Flow, child: Child, at: str) -> Iterator[Problem]:
    if not safe(child.flow):
        yield unsafe(join(at, "flow"), child.flow)
    if child.list_field is not None:
        yield from field_problems(flow, child.list_field, ("multi",), join(at, "each"))
    if (child.each is None) != (child.value_field is None):
        zh = "each 和 as 要么都写，要么都不写：每个取值一个子案件，子案件须知道是哪一个。"
        en = "Write both each and as, or neither: a child of each value has to know which value it is for."
        yield Problem(at, "flow.child_each", {"zh-CN": zh, "en": en})
    facts = flow.fact_types()
    for name, fact in child.gives.items():
        if not fact.startswith(FIELD_PREFIX) or fact not in facts:
            yield unknown("field", fact, join(at, "gives", name), ("请写成 case.字段。", "Write case.<field>."))
    if child.value_field is not None and child.value_field in child.gives:
        zh, en = "这个字段已由 as 填写。", "This field is filled by `as` already."
        yield Problem(join(at, "gives", child.value_field), "flow.child_twice", {"zh-CN": zh, "en": en})
    types = {choice.key for choice in flow.applicant_types}
    for name in child.kinds:
        if name not in types:
            yield unknown("type", name, join(at, "kinds", name))


def foreign_problems(flow: Flow, flows: Flows) -> list[Problem]:
    """Whether the flows of the children are published and take what they are given: a question to the house. A flow
    that is its own child is compared with itself."""
    found: list[Problem] = []
    for index, child in enumerate(flow.children):
        at = join("/children", index)
        other = flow if child.flow == flow.key else flows(child.flow)
        if other is None:
            hint = ("请先发布它。", "Publish it first.")
            found.append(unknown("flow", child.flow, join(at, "flow"), hint))
            continue
        found += _taken(flow, child, other, at)
    return found


def children_first(sources: Sequence[Source], flow_of: Callable[[Source], Flow | None]) -> list[Source]:
    """The sources of flows in an order in which they can be published: those that others start before these; what is
    none, and flows that start each other in a circle, stay where they stand."""
    flows = [flow_of(source) for source in sources]
    ordered: list[int] = []
    on_the_way: set[int] = set()

    def put(place: int) -> None:
        if place in on_the_way:
            return
        on_the_way.add(place)
        flow = flows[place]
        wanted = set() if flow is None else {child.flow for child in flow.children} - {flow.key}
        for other, its in enumerate(flows):
            if its is not None and its.key in wanted:
                put(other)
        ordered.append(place)

    for place in range(len(flows)):
        put(place)
    return [sources[place] for place in ordered]


def _taken(flow: Flow, child: Child, other: Flow, at: str) -> Iterator[Problem]:
    facts = flow.fact_types()
    types = {FIELD_PREFIX + each.key: each.type for each in flow.fields}
    for name, fact in child.gives.items():
        yield from _fits(other, name, facts.get(fact), join(at, "gives", name), types.get(fact) == "stays")
    if child.value_field is not None:
        yield from _fits(other, child.value_field, "text", join(at, "as"))
        yield from _takes_values(flow, child, other, join(at, "as"))
    known = {choice.key for choice in other.applicant_types}
    for choice in flow.applicant_types:
        called = child.kinds.get(choice.key, choice.key)
        if called not in known:
            pointer = join(at, "kinds", choice.key) if choice.key in child.kinds else at
            hint = (
                f"流程“{other.key}”有：{'、'.join(sorted(known))}；请在 kinds 中写明 {choice.key} 对应哪一种。",
                f'Flow "{other.key}" has: {", ".join(sorted(known))}. Say in kinds which of them {choice.key} is.',
            )
            yield unknown("type", called, pointer, hint)


def _fits(other: Flow, key: str, given: FactType | None, pointer: str, stays: bool = False) -> Iterator[Problem]:
    """``stays``: what is given is a list of stays, which is no other list."""
    field = next((each for each in other.fields if each.key == key), None)
    if field is None:
        known = ", ".join(sorted(each.key for each in other.fields))
        hint = (f"流程“{other.key}”的字段有：{known}。", f'Flow "{other.key}" has the fields: {known}.')
        yield unknown("field", key, pointer, hint)
    elif field.source == "computed":
        zh, en = (
            f"子案件的“{key}”是自动计算的，不能填写。",
            f'Field "{key}" of the child is computed: nobody can set it.',
        )
        yield Problem(pointer, "flow.child_computed", {"zh-CN": zh, "en": en})
    elif given is not None and (FIELD_FACTS[field.type] != given or (field.type == "stays") is not stays):
        zh = f"子案件的“{key}”是 {field.type}，与给出的值（{given}）不符。"
        en = f'Field "{key}" of the child is of type {field.type}; what it is given is {given}.'
        yield Problem(pointer, "flow.child_type", {"zh-CN": zh, "en": en})


def _takes_values(flow: Flow, child: Child, other: Flow, pointer: str) -> Iterator[Problem]:
    """A field with choices of its own must have every value that a child may be for."""
    field = next((each for each in other.fields if each.key == child.value_field), None)
    source = next((each for each in flow.fields if each.key == child.list_field), None)
    if field is None or source is None or not field.choices:
        return
    known = {choice.key for choice in field.choices}
    if missing := [choice.key for choice in source.choices if choice.key not in known]:
        zh = f"子案件的“{field.key}”没有这些选项：{'、'.join(missing)}。"
        en = f'Field "{field.key}" of the child does not have the choices {", ".join(missing)}.'
        yield Problem(pointer, "flow.child_choices", {"zh-CN": zh, "en": en})
