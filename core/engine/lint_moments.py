"""Lint: rules about time hang on something that there is, and their moments, ends and stages go together."""

from collections.abc import Collection, Iterator
from typing import Final

from core.engine.facts import FIELD_PREFIX
from core.engine.flow import At, Flow, Rule
from core.engine.moments import SOURCES, source_of
from core.engine.pointer import join
from core.engine.spec_keys import unknown
from core.kit.errors import Problem

AFTER_END: Final = frozenset(
    {"create_task", "notify_client", "notify_staff", "send_content", "send_mail", "send_sms", "ask_survey"}
)
"""Actions that make sense for a case that has ended."""
MOST_PERCENT: Final = 1000


def moment_problems(flow: Flow, rule: Rule, at: At, events: Collection[str], pointer: str) -> Iterator[Problem]:
    """Of one rule; ``pointer``: of its ``at``."""
    if source_of(flow, at.anchor) is None:
        anchors = {*SOURCES, *(FIELD_PREFIX + key for key in flow.date_fields)}
        yield unknown("anchor", at.anchor, join(pointer, "anchor"), _known(anchors))
    if (at.offset is None) == (at.offsets is None):
        yield _problem(
            pointer, "offset", "offset 和 offsets 必须且只能写一个。", "Write exactly one of offset and offsets."
        )
    if len(set(at.moments)) < len(at.moments):
        zh, en = "同一个时间写了两次。", "The same moment stands there twice."
        yield _problem(join(pointer, "offsets"), "offset_twice", zh, en)
    yield from _every(at, pointer)
    yield from _percent(flow, at, pointer)
    for place, kind in enumerate(at.until):
        if kind not in events:
            yield unknown("event", kind, join(pointer, "until", place), _known(events))
    if at.again and not at.until:
        zh, en = (
            "没有 until，again 没有意义：请写 until 或删去 again。",
            "again means nothing without until: write until or leave again out.",
        )
        yield _problem(join(pointer, "again"), "again", zh, en)
    stages = {stage.key for stage in flow.stages}
    for place, stage in enumerate(at.in_stages):
        if stage not in stages:
            yield unknown("stage", stage, join(pointer, "in", place), _known(stages))
    yield from _after_end(flow, rule, at, pointer)


def _every(at: At, pointer: str) -> Iterator[Problem]:
    if at.every is None:
        if at.times is not None:
            zh, en = "times 要和 every 一起写。", "times goes with every: write every, or leave times out."
            yield _problem(join(pointer, "times"), "times", zh, en)
        return
    place = join(pointer, "every")
    if at.times is None:
        zh, en = "every 需要 times（最多 60 次）。", "every needs times, how often at most (up to 60)."
        yield _problem(place, "every_times", zh, en)
    if at.offsets is not None:
        zh, en = (
            "every 只能和一个 offset 一起写，不能和 offsets 一起。",
            "every goes with one offset, not with offsets.",
        )
        yield _problem(place, "every_offsets", zh, en)
    if at.every.amount < 1 or at.every.unit == "%":
        zh, en = (
            "every 是大于零的时间，如 5d 或 1month。",
            "every is a time of more than nothing, such as 5d or 1month.",
        )
        yield _problem(place, "every", zh, en)
    elif any(offset.unit == "%" for offset in at.moments):
        zh, en = (
            "every 从一个时间开始数，offset 不能是百分比。",
            "every counts on from a time: its offset is no percentage.",
        )
        yield _problem(join(pointer, "offset"), "every_percent", zh, en)


def _percent(flow: Flow, at: At, pointer: str) -> Iterator[Problem]:
    shares = [offset for offset in at.moments if offset.unit == "%"]
    if not shares:
        return
    place = join(pointer, "offset" if at.offset is not None else "offsets")
    if at.anchor != "stage.entered":
        zh, en = "百分比只能和 anchor: stage.entered 一起用。", "A percentage goes with anchor: stage.entered only."
        yield _problem(place, "percent_anchor", zh, en)
    if not all(0 < offset.amount <= MOST_PERCENT for offset in shares):
        zh, en = f"百分比应为 1% 到 {MOST_PERCENT}%。", f"A percentage is from 1% to {MOST_PERCENT}%."
        yield _problem(place, "percent", zh, en)
    named = [stage for stage in flow.stages if stage.key in at.in_stages]
    without = [stage.key for stage in named if stage.due is None]
    if without or not (named or any(stage.due is not None for stage in flow.stages)):
        names = ", ".join(without or (stage.key for stage in flow.stages))
        zh, en = f"阶段没有时限 due，无法取百分比：{names}。", f"No limit (due) to take a percentage of: {names}."
        yield _problem(place, "percent_limit", zh, en)


def _after_end(flow: Flow, rule: Rule, at: At, pointer: str) -> Iterator[Problem]:
    if source_of(flow, at.anchor) == "closed" and not at.after_end:
        zh, en = (
            "办理结束后才执行的规则需要 after_end: true。",
            "What acts when the case has ended needs after_end: true.",
        )
        yield _problem(pointer, "closed", zh, en)
    others = sorted({call.action for call in rule.then} - AFTER_END)
    if at.after_end and others:
        may = ", ".join(sorted(AFTER_END))
        zh = f"办理结束后不能执行 {', '.join(others)}；可用：{may}。"
        en = f"When the case has ended there is no {', '.join(others)}. Possible: {may}."
        yield _problem(join(pointer, "after_end"), "after_end", zh, en)


def _problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, f"flow.at_{code}", {"zh-CN": zh, "en": en})


def _known(names: Collection[str]) -> tuple[str, str]:
    listed = ", ".join(sorted(names))
    return f"可用：{listed}。", f"Known: {listed}."
