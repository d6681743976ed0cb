"""Lint: rules that set each other off for ever, as far as that is certain from the flow alone.

Certain is it of rules without a condition: one whose action brings about the very event that it waits for, and those
that move a case on in a circle of stages whose steps have no guard. Other circles are cut when they run.
"""

from collections.abc import Iterator
from typing import Final

from core.engine.flow import Flow, Transition
from core.engine.pointer import join
from core.kit.errors import Problem

BRINGS: Final = {"create_task": "TaskCreated", "open_items": "ItemsReopened"}
"""Action -> the event that it emits every time."""


def circle_problems(flow: Flow) -> Iterator[Problem]:
    """One problem for every action that closes a circle."""
    for index, rule in enumerate(flow.rules):
        for place, call in enumerate(rule.then):
            if rule.on is not None and rule.when is None and BRINGS.get(call.action) == rule.on:
                zh = f"这条规则没有条件，“{call.action}”又会引发“{rule.on}”，会无休止地触发自己；请加上 when。"
                en = f'This rule has no condition and "{call.action}" brings about {rule.on}: it sets itself off for '
                yield _problem(_at(index, place), zh, en + "ever. Give it a when.")
    steps = list(_free_steps(flow))
    moves = {(start, step.to) for _, step in steps for start in step.from_stages}
    for pointer, step in steps:
        if any(_leads(step.to, start, moves) for start in step.from_stages):
            zh = f"没有条件的规则会让案件经“{step.key}”在阶段之间无休止地循环；请给规则或步骤加上 when。"
            en = f'Rules without a condition would take a case through "{step.key}" round and round for ever. '
            yield _problem(pointer, zh, en + "Give the rule or the step a when.")


def _free_steps(flow: Flow) -> Iterator[tuple[str, Transition]]:
    """Steps that are taken whenever a case enters a stage from which they lead."""
    transitions = {each.key: each for each in flow.transitions if each.when is None and "system" in each.by}
    for index, rule in enumerate(flow.rules):
        for place, call in enumerate(rule.then):
            trigger = call.args.get("trigger")
            if rule.on != "StageEntered" or rule.when is not None or call.action != "advance_case":
                continue
            if isinstance(trigger, str) and trigger in transitions:
                yield _at(index, place), transitions[trigger]


def _leads(start: str, end: str, moves: set[tuple[str, str]]) -> bool:
    """Whether the moves lead from one stage to another, or it is the same."""
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        further = {to for before, to in moves if before == here} - seen
        seen |= further
        waiting += further
    return end in seen


def _at(rule: int, place: int) -> str:
    return join("/rules", rule, "then", place)


def _problem(pointer: str, zh: str, en: str) -> Problem:
    return Problem(pointer, "flow.rule_circle", {"zh-CN": zh, "en": en})
