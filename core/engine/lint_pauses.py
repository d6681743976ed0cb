"""Lint: a stage's pause names sub-statuses that are there, has a limit to stop, and leads back to one that runs."""

from collections.abc import Iterator

from core.engine.flow import Flow, Stage
from core.engine.pointer import join
from core.engine.spec_keys import unknown
from core.engine.spec_steps import Pause
from core.kit.errors import Problem

_NO_DUE = {
    "zh-CN": "该阶段没有 due，没有可暂停的时限。请写上 due，或去掉 pause。",
    "en": "The stage has no due, so there is no limit to pause. Write one, or leave pause out.",
}
_NO_WAY_BACK = {
    "zh-CN": "该阶段的每个子状态都会暂停时限，没有人能让它继续。请再加一个不暂停的子状态。",
    "en": "Every sub-status of this stage pauses its limit, so nobody could let it go on. Add one that does not.",
}
_RESUME_PAUSED = {
    "zh-CN": "resume 本身也是暂停的子状态，时限永远不会继续。请换一个。",
    "en": "`resume` is a sub-status that pauses too: the limit would never go on. Choose another one.",
}
_RESUME_ALONE = {
    "zh-CN": "没有 until 时 resume 不起作用。请写 until: client_writes，或去掉 resume。",
    "en": "`resume` does nothing without `until`. Write until: client_writes, or leave it out.",
}


def pause_problems(flow: Flow) -> Iterator[Problem]:
    """Of every stage that has a pause."""
    for index, stage in enumerate(flow.stages):
        if stage.pause is not None:
            yield from _problems(stage, stage.pause, join("/stages", index, "pause"))


def _problems(stage: Stage, pause: Pause, at: str) -> Iterator[Problem]:
    known = {choice.key for choice in stage.substates}
    hint = (f"请在阶段“{stage.key}”的 substates 中定义。", f'Define it in the substates of stage "{stage.key}".')
    for place, key in enumerate(pause.substates):
        if key not in known:
            yield unknown("substate", key, join(at, "substates", place), hint)
    if stage.due is None:
        yield Problem(at, "flow.pause_no_due", _NO_DUE)
    if known and known <= set(pause.substates):
        yield Problem(join(at, "substates"), "flow.pause_no_way_back", _NO_WAY_BACK)
    if pause.resume is None:
        return
    if pause.resume not in known:
        yield unknown("substate", pause.resume, join(at, "resume"), hint)
    elif pause.resume in pause.substates:
        yield Problem(join(at, "resume"), "flow.pause_resume", _RESUME_PAUSED)
    if pause.until is None:
        yield Problem(join(at, "resume"), "flow.pause_resume_alone", _RESUME_ALONE)
