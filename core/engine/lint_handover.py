"""Lint: a stage's hand-over names a role, fields and steps that are there and that can be taken so."""

from collections.abc import Collection, Iterator

from core.engine.flow import Flow
from core.engine.lint_names import role_problems
from core.engine.pointer import join
from core.engine.spec_handover import Handover
from core.engine.spec_keys import unknown
from core.engine.spec_steps import Stage
from core.kit.errors import Problem


def handover_problems(flow: Flow, roles: Collection[str]) -> Iterator[Problem]:
    """What is wrong with the hand-over of each stage that has one."""
    for index, stage in enumerate(flow.stages):
        if stage.handover is not None:
            yield from _problems(flow, stage, stage.handover, join("/stages", index, "handover"), roles)


def _problems(flow: Flow, stage: Stage, spec: Handover, at: str, roles: Collection[str]) -> Iterator[Problem]:
    yield from role_problems(flow, spec.to, roles, join(at, "to"))
    if spec.to == stage.owner:
        zh, en = "交接对象与本阶段负责角色相同。", "The role that takes over is the one that is in charge already."
        yield Problem(join(at, "to"), "flow.handover_to_itself", {"zh-CN": zh, "en": en})
    known = {field.key for field in flow.fields}
    for place, key in enumerate(spec.form):
        if key not in known:
            yield unknown("field", key, join(at, "form", place))
    yield from _step(flow, stage, spec, spec.accept, join(at, "accept"))
    if spec.returned is not None:
        yield from _step(flow, stage, spec, spec.returned, join(at, "return"))


def _step(flow: Flow, stage: Stage, spec: Handover, key: str, at: str) -> Iterator[Problem]:
    step = next((each for each in flow.transitions if each.key == key), None)
    if step is None:
        yield unknown("transition", key, at)
        return
    if stage.key not in step.from_stages:
        zh = f"操作“{key}”不能从阶段“{stage.key}”开始：请把该阶段加入它的 from。"
        en = f'Step "{key}" does not lead out of stage "{stage.key}": add the stage to its `from`.'
        yield Problem(at, "flow.handover_step", {"zh-CN": zh, "en": en})
    if not {spec.to, "system"} & set(step.by):
        zh = f"接收方不能执行操作“{key}”：请在它的 by 中加上 system 或 {spec.to}。"
        en = f'Whoever takes over may not take step "{key}": add system or {spec.to} to its `by`.'
        yield Problem(at, "flow.handover_by", {"zh-CN": zh, "en": en})
