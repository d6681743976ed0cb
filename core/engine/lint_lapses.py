"""Lint: an item that may lapse names a stage that is there, and has a check by which it can lapse."""

from collections.abc import Iterator

from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_checks import LAPSING
from core.engine.spec_keys import unknown
from core.engine.spec_papers import Item
from core.kit.errors import Problem


def lapse_problems(flow: Flow, item: Item, at: str) -> Iterator[Problem]:
    """Of one item, at its pointer."""
    if item.lapses_before is None:
        if "warn_days" in item.model_fields_set:
            zh, en = (
                "warn_days 只用于会失效的材料：请写明 lapses_before。",
                "warn_days is for items that may lapse: write lapses_before too.",
            )
            yield Problem(join(at, "warn_days"), "flow.never_lapses", {"zh-CN": zh, "en": en})
        return
    place, stages = join(at, "lapses_before"), [stage.key for stage in flow.stages]
    if item.lapses_before not in stages:
        yield unknown("stage", item.lapses_before, place)
    elif item.lapses_before == stages[0]:
        zh = f"“{item.lapses_before}”是第一个阶段，之前没有阶段，材料永远不会失效；请写提交材料之后的阶段。"
        en = f'"{item.lapses_before}" is the first stage: nothing can lapse before it. Name the stage after the filing.'
        yield Problem(place, "flow.never_lapses", {"zh-CN": zh, "en": en})
    if not any(check.kind in LAPSING for check in item.checks):
        known = ", ".join(sorted(LAPSING))
        zh, en = (
            f"没有能使材料失效的检查，请加上其中之一：{known}。",
            f"No check can make it lapse; add one of {known}.",
        )
        yield Problem(place, "flow.never_lapses", {"zh-CN": zh, "en": en})
