"""Lint: everything that is called by name has to be there: roles, fields, groups, sub-statuses."""

from collections.abc import Collection, Iterator, Sequence

from core.engine.facts import RESERVED_FIELDS
from core.engine.flow import Flow
from core.engine.lint_lapses import lapse_problems
from core.engine.pointer import join
from core.engine.spec_checks import AmountMin, Covers, ExpiryAfter, Fresh, HeldDays, NumberMatch
from core.engine.spec_keys import unknown
from core.engine.spec_papers import Item
from core.kit.errors import Problem

ACTORS = frozenset({"system", "client"})  # may stand in a transition's `by` beside the roles


def name_problems(flow: Flow, roles: Collection[str]) -> Iterator[Problem]:
    """Names of roles, stages' forms, sub-statuses, groups and fields that nothing answers to."""
    yield from _roles(flow, roles)
    yield from _forms(flow)
    yield from _substates(flow)
    yield from _asks_why(flow)
    yield from _fields(flow)
    yield from _groups(flow)
    for index, item in enumerate(flow.items):
        yield from _item(flow, item, join("/items", index))


def role_problems(flow: Flow, role: str, roles: Collection[str], pointer: str) -> Iterator[Problem]:
    """A role that the agency does not have, or that the flow does not list."""
    if role not in roles:
        yield unknown(
            "role", role, pointer, (f"可用：{'、'.join(sorted(roles))}。", f"Known: {', '.join(sorted(roles))}.")
        )
    elif flow.roles and role not in flow.roles:
        zh, en = f"角色“{role}”没有列在 roles 中。", f'Role "{role}" is not listed in roles.'
        yield Problem(pointer, "flow.role_not_listed", {"zh-CN": zh, "en": en})


def _roles(flow: Flow, roles: Collection[str]) -> Iterator[Problem]:
    for index, role in enumerate(flow.roles):
        yield from role_problems(flow, role, roles, join("/roles", index))
    for index, stage in enumerate(flow.stages):
        yield from role_problems(flow, stage.owner, roles, join("/stages", index, "owner"))
    for index, each in enumerate(flow.transitions):
        for place, role in enumerate(each.by):
            if role not in ACTORS:
                yield from role_problems(flow, role, roles, join("/transitions", index, "by", place))


def _forms(flow: Flow) -> Iterator[Problem]:
    known = {field.key for field in flow.fields}
    forms: list[tuple[str, Sequence[str]]] = [
        *((join("/stages", index, "exit_form"), stage.exit_form) for index, stage in enumerate(flow.stages)),
        *((join("/transitions", index, "form"), each.form) for index, each in enumerate(flow.transitions)),
    ]
    for pointer, keys in forms:
        for place, key in enumerate(keys):
            if key not in known:
                yield unknown("field", key, join(pointer, place))


def _asks_why(flow: Flow) -> Iterator[Problem]:
    for index, each in enumerate(flow.transitions):
        if each.ask_why and "client" not in each.by:
            zh = "ask_why 只用于客户自己的操作：请在 by 中加上 client，或删除 ask_why。"
            en = "ask_why is for steps of the client: add client to `by`, or remove it."
            yield Problem(join("/transitions", index, "ask_why"), "flow.ask_why", {"zh-CN": zh, "en": en})


def _substates(flow: Flow) -> Iterator[Problem]:
    of_stage = {stage.key: {choice.key for choice in stage.substates} for stage in flow.stages}
    for index, each in enumerate(flow.transitions):
        if each.substate is not None and each.substate not in of_stage.get(each.to, {each.substate}):
            hint = (f"请在阶段“{each.to}”的 substates 中定义。", f'Define it in the substates of stage "{each.to}".')
            yield unknown("substate", each.substate, join("/transitions", index, "substate"), hint)


def _fields(flow: Flow) -> Iterator[Problem]:
    for index, field in enumerate(flow.fields):
        at = join("/fields", index)
        if field.key in RESERVED_FIELDS:
            zh, en = (
                f"case.{field.key} 已有含义，请换一个键。",
                f"case.{field.key} means something already; choose another key.",
            )
            yield Problem(join(at, "key"), "flow.reserved_key", {"zh-CN": zh, "en": en})
        if field.type in ("enum", "multi", "stays") and not field.choices and field.choices_from is None:
            zh = f"{field.type} 字段需要 choices 或 choices_from。"
            en = f"A field of type {field.type} needs choices or choices_from."
            yield Problem(at, "flow.no_choices", {"zh-CN": zh, "en": en})
        if field.choices and field.type not in ("enum", "multi", "region", "stays"):
            zh, en = f"{field.type} 字段不能有 choices。", f"A field of type {field.type} has no choices."
            yield Problem(join(at, "choices"), "flow.choices", {"zh-CN": zh, "en": en})


def _groups(flow: Flow) -> Iterator[Problem]:
    for index, group in enumerate(flow.groups):
        members = [item for item in flow.items if item.group == group.key and not item.proof]
        if len(members) < group.min:
            zh = f"需要 {group.min} 项，但只有 {len(members)} 项材料属于“{group.key}”，永远无法满足。"
            en = f'Wants {group.min}, but {len(members)} items name group "{group.key}": it can never be satisfied.'
            yield Problem(join("/groups", index), "flow.group_size", {"zh-CN": zh, "en": en})
        if len({item.per for item in members}) > 1:
            zh, en = (
                "一组材料应全部按人或全部按案件收取。",
                "The items of a group are all per applicant or all per case.",
            )
            yield Problem(join("/groups", index), "flow.group_mixed", {"zh-CN": zh, "en": en})


def _item(flow: Flow, item: Item, at: str) -> Iterator[Problem]:
    if item.group is not None and item.group not in {group.key for group in flow.groups}:
        yield unknown("group", item.group, join(at, "group"))
    yield from lapse_problems(flow, item, at)
    if item.min_files > item.max_files:
        zh, en = "min_files 大于 max_files。", "min_files is more than max_files."
        yield Problem(join(at, "min_files"), "flow.file_count", {"zh-CN": zh, "en": en})
    for index, check in enumerate(item.checks):
        place = join(at, "checks", index)
        match check:
            case ExpiryAfter():
                yield from field_problems(flow, check.field, ("date",), join(place, "field"))
            case Fresh() if check.at is not None:
                yield from field_problems(flow, check.at, ("date",), join(place, "at"))
            case Covers():
                yield from field_problems(flow, check.start, ("date",), join(place, "start"))
                yield from field_problems(flow, check.end, ("date",), join(place, "end"))
            case NumberMatch() if check.field is not None:
                yield from field_problems(flow, check.field, ("text", "phone"), join(place, "field"))
            case AmountMin() | HeldDays() if not _is_number(check.amount):
                yield from field_problems(flow, check.amount, ("money", "decimal", "int"), join(place, "amount"))


def field_problems(flow: Flow, key: str, types: tuple[str, ...], pointer: str) -> Iterator[Problem]:
    """A field that the flow does not have, or that is of another type."""
    found = next((field for field in flow.fields if field.key == key), None)
    if found is None:
        yield unknown("field", key, pointer)
    elif found.type not in types:
        zh, en = f"字段“{key}”的类型应为 {' / '.join(types)}。", f'Field "{key}" must be of type {" or ".join(types)}.'
        yield Problem(pointer, "flow.field_type", {"zh-CN": zh, "en": en})


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
