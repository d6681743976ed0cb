"""Lint: what goes out by webhooks is in the flow, and what is personal is said to be so; whether the house has them."""

from collections.abc import Collection, Iterator

from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_keys import unknown
from core.engine.spec_rules import ActionCall
from core.kit.errors import Problem

ACTION = "call_webhook"


def sent_problems(flow: Flow, call: ActionCall, args: str) -> Iterator[Problem]:
    """Fields that go out: those with personal data stand under `personal`, so that whoever reads the flow sees them."""
    if call.action != ACTION:
        return
    declared = {field.key: field for field in flow.fields}
    for place in ("fields", "personal"):
        named = call.args.get(place)
        for index, key in enumerate(named if isinstance(named, list) else []):
            if not isinstance(key, str):
                continue
            at = join(args, place, index)
            if key not in declared:
                yield unknown("field", key, at)
            elif (declared[key].pii != "none") is not (place == "personal"):
                yield _misplaced(key, place, at)


def _misplaced(key: str, place: str, at: str) -> Problem:
    if place == "fields":
        zh = f"“{key}”含个人信息，会发送给外部系统：确需发送请写在 personal 下。"
        en = f'"{key}" holds personal data, which would leave the house: list it under personal if it must go out.'
        return Problem(at, "flow.hook_personal", {"zh-CN": zh, "en": en})
    zh = f"“{key}”不含个人信息，请写在 fields 下。"
    en = f'"{key}" holds no personal data: list it under fields.'
    return Problem(at, "flow.hook_not_personal", {"zh-CN": zh, "en": en})


def hook_problems(flow: Flow, known: Collection[str]) -> list[Problem]:
    """Webhooks that the operator has not listed: a question to the house, which a flow by itself cannot answer."""
    return [no_such_hook(name, known, pointer) for name, pointer in _called(flow) if name not in known]


def hooks_of(flow: Flow) -> frozenset[str]:
    """Names of the webhooks that its rules call."""
    return frozenset(name for name, _ in _called(flow))


def _called(flow: Flow) -> Iterator[tuple[str, str]]:
    """Every webhook that is named, with its pointer."""
    for index, rule in enumerate(flow.rules):
        for place, call in enumerate(rule.then):
            name = call.args.get("hook") if call.action == ACTION else None
            if isinstance(name, str):
                yield name, join("/rules", index, "then", place, "args", "hook")


def no_such_hook(name: str, known: Collection[str], pointer: str) -> Problem:
    """With the remedy, which only whoever runs the house can take."""
    listed = ", ".join(sorted(known))
    zh = f"没有配置 webhook“{name}”" + (f"；已配置：{listed}" if listed else "")
    en = f'there is no webhook called "{name}"' + (f"; there are: {listed}" if listed else "")
    zh += "。请运维人员在设置中添加 hooks." + name + "（见 docs/operations.md）。"
    en += f". Whoever runs the house adds hooks.{name} to the settings (docs/operations.md)."
    return Problem(pointer, "flow.no_hook", {"zh-CN": zh, "en": en})
