"""Lint: what a stage in which nobody may turn to the client says of itself."""

from collections.abc import Collection, Iterator

from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_keys import unknown
from core.kit.errors import Problem


def gag_problems(flow: Flow, texts: Collection[str]) -> Iterator[Problem]:
    """Exceptions that are messages of the flow, and nothing that could never act."""
    for index, stage in enumerate(flow.stages):
        at = join("/stages", index)
        for place, key in enumerate(stage.gag_except):
            if key not in flow.messages and key not in texts:
                yield unknown("message", key, join(at, "gag_except", place))
        if stage.gag_except and not stage.gag:
            zh = "gag_except 只在 gag: true 的阶段有意义：请加上 gag: true，或去掉 gag_except。"
            en = "gag_except means something only beside gag: true: add that, or take gag_except out."
            yield Problem(join(at, "gag_except"), "flow.gag_except_alone", {"zh-CN": zh, "en": en})
        if stage.gag and stage.remind:
            zh = "gag 阶段不会提醒客户：请去掉 remind。"
            en = "A client is not reminded in a stage with gag: take remind out."
            yield Problem(join(at, "remind"), "flow.gag_remind", {"zh-CN": zh, "en": en})
