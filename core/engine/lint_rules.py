"""Lint: rules wait for something that happens, and ask for actions that exist with arguments that fit."""

from collections.abc import Collection, Iterator, Mapping

from pydantic import BaseModel, ValidationError

from core.engine.conditions import Clause
from core.engine.flow import Flow
from core.engine.ladder import LEAD
from core.engine.lint_contents import content_call_problems
from core.engine.lint_hooks import sent_problems
from core.engine.lint_moments import moment_problems
from core.engine.lint_names import field_problems, role_problems
from core.engine.lint_services import service_call_problems
from core.engine.pointer import join
from core.engine.spec_keys import unknown
from core.engine.spec_problems import problems_of
from core.engine.spec_rules import ActionCall, Rule
from core.kit.errors import Problem

CURRENT = "current"  # the stage where the case is when the rule acts
TO_LEADS = ("create_task", "notify_staff")
Actions = Mapping[str, type[BaseModel]]


def rule_problems(
    flow: Flow, actions: Actions, roles: Collection[str], texts: Collection[str], events: Collection[str]
) -> Iterator[Problem]:
    """Triggers, anchors, actions and what actions name."""
    for index, rule in enumerate(flow.rules):
        at = join("/rules", index)
        yield from _trigger(flow, rule, events, at)
        for place, call in enumerate(rule.then):
            yield from _call(flow, rule, call, actions, roles, texts, join(at, "then", place))


def department_problems(flow: Flow, known: Collection[str]) -> list[Problem]:
    """Departments that the agency does not have: a question to the house, which a flow by itself cannot answer."""
    found = []
    for index, rule in enumerate(flow.rules):
        for place, call in enumerate(rule.then):
            name = call.args.get("department") if call.action == "assign" else None
            if isinstance(name, str) and name not in known:
                hint = (f"可用：{_names(known)}。", f"Known: {_names(known)}.")
                found.append(
                    unknown("department", name, join("/rules", index, "then", place, "args", "department"), hint)
                )
    return found


def _trigger(flow: Flow, rule: Rule, events: Collection[str], at: str) -> Iterator[Problem]:
    if (rule.on is None) == (rule.at is None):
        zh, en = "on 和 at 必须且只能写一个。", "Write exactly one of on and at."
        yield Problem(at, "flow.rule_trigger", {"zh-CN": zh, "en": en})
    if rule.on is not None and rule.on not in events:
        yield unknown("event", rule.on, join(at, "on"), (f"可用：{_names(events)}。", f"Known: {_names(events)}."))
    if rule.on == "SubstateSet":
        yield from _set_by_steps(flow, rule, join(at, "when"))
    if rule.at is not None:
        yield from moment_problems(flow, rule, rule.at, events, join(at, "at"))


def _set_by_steps(flow: Flow, rule: Rule, at: str) -> Iterator[Problem]:
    """SubstateSet happens only when staff set a sub-status that no step sets: a rule on another one never acts."""
    free = {choice.key for stage in flow.stages for choice in flow.free_substates(stage.key)}
    stepped = {each.substate for each in flow.transitions if each.substate is not None} - free
    for index, clause in enumerate((rule.when.all if rule.when is not None else None) or ()):
        if not isinstance(clause, Clause) or clause.field != "case.substate" or clause.op not in ("eq", "in"):
            continue
        wanted = clause.value if isinstance(clause.value, tuple) else (clause.value,)
        if wanted and all(each in stepped for each in wanted):
            said = ", ".join(str(each) for each in wanted)
            zh = f"子状态 {said} 只由操作设置，不会触发 SubstateSet，此规则永不执行：请改为 on: StageEntered。"
            en = f"Only steps set {said}, which is no SubstateSet: this rule never acts. Write on: StageEntered."
            yield Problem(join(at, "all", index, "value"), "flow.substate_by_step", {"zh-CN": zh, "en": en})


def _call(
    flow: Flow,
    rule: Rule,
    call: ActionCall,
    actions: Actions,
    roles: Collection[str],
    texts: Collection[str],
    at: str,
) -> Iterator[Problem]:
    if call.action not in actions:
        hint = (f"可用：{_names(actions)}。", f"Known: {_names(actions)}.")
        yield unknown("action", call.action, join(at, "action"), hint)
        return
    args = join(at, "args") if "args" in call.model_fields_set else at
    try:
        actions[call.action].model_validate(call.args)
    except ValidationError as error:
        yield from problems_of(error, call.args, args, actions[call.action].__pydantic_core_schema__)
    if call.action == "add_service":
        yield from service_call_problems(flow, call.args.get("service"), join(args, "service"))
    for name in ("message", "question"):
        if isinstance(key := call.args.get(name), str) and key not in flow.messages and key not in texts:
            yield unknown("message", key, join(args, name))
    if isinstance(role := call.args.get("role"), str) and not (role == LEAD and call.action in TO_LEADS):
        yield from role_problems(flow, role, roles, join(args, "role"))
    if call.action == "assign":
        yield from _among(flow, call, args)
    yield from sent_problems(flow, call, args)
    yield from content_call_problems(flow, rule, call, args)
    if isinstance(stage := call.args.get("stage"), str) and stage not in {CURRENT, *(each.key for each in flow.stages)}:
        yield unknown("stage", stage, join(args, "stage"))
    if isinstance(items := call.args.get("items"), list):
        known = {item.key for item in flow.items}
        for index, item in enumerate(items):
            if isinstance(item, str) and item not in known:
                yield unknown("item", item, join(args, "items", index))
    if isinstance(trigger := call.args.get("trigger"), str):
        yield from _trigger_of_rule(flow, trigger, join(args, "trigger"))


def _among(flow: Flow, call: ActionCall, args: str) -> Iterator[Problem]:
    """Where an assign looks for people: the field says a place, and there is one way to say where."""
    region = call.args.get("region")
    if isinstance(region, str):
        yield from field_problems(flow, region, ("region", "enum", "text"), join(args, "region"))
    if region is not None and call.args.get("department") is not None:
        zh, en = "department 和 region 只能写一个。", "Write department or region, not both."
        yield Problem(join(args, "department"), "flow.assign_where", {"zh-CN": zh, "en": en})


def _trigger_of_rule(flow: Flow, trigger: str, pointer: str) -> Iterator[Problem]:
    found = next((each for each in flow.transitions if each.key == trigger), None)
    if found is None:
        yield unknown("transition", trigger, pointer)
    elif "system" not in found.by:
        zh = f"规则以 system 身份执行，请在“{trigger}”的 by 中加上 system。"
        en = f'Rules act as system: add system to the "by" of "{trigger}".'
        yield Problem(pointer, "flow.not_by_system", {"zh-CN": zh, "en": en})


def _names(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
