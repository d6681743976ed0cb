"""What a simulation says in sentences: about one case, about a rule, and what it cannot know."""

from collections.abc import Iterator, Mapping
from typing import Final

from core.engine.flow_diff_names import VALUES
from core.engine.simulated_rules import Tally
from core.engine.simulation import CaseEffect, StepEffect, UnitEffect
from core.engine.text import LANGUAGES, Words, pick

UNKNOWN: Final[tuple[Words, ...]] = (
    {
        "zh-CN": "规则按今天的事实判断；只有阶段和子状态取自事件当时。",
        "en": "Rules are asked about the facts of today; only the stage and the sub-status are those of that moment.",
    },
    {
        "zh-CN": "只看仍在办理的案件；已结案的案件和它们的事件不在内。",
        "en": "Only cases that are still open are looked at; those that are closed, and their events, are not.",
    },
    {
        "zh-CN": "只数规则要求的操作，不推算操作引起的后续；重复的、无人可收的通知也计算在内。",
        "en": "Actions are counted as rules ask for them: what would follow from them is not, and a message that was "
        "sent before or that nobody receives counts as well.",
    },
    {
        "zh-CN": "不得联系客户的阶段扣下的消息，只数规则要发给客户的；与阶段无关的时点不知道当时在哪个阶段，不计入。",
        "en": "Of what a gag holds only messages of rules to the client are counted; those of a moment that hangs on "
        "no stage are not, as where the case was then is not known.",
    },
    {
        "zh-CN": "不知道由谁操作：步骤按角色相符、且不是经办人本人来判断。",
        "en": "Who would take a step is not known: it is judged as for somebody with its role who did not prepare the "
        "work.",
    },
)

_UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "added": ("新增要求：{name}", "newly asked for, as the flow did not know it: {name}"),
    "required": ("变为必需：{name}", "asked for now: {name}"),
    "optional": ("不再必需：{name}", "not asked for any more: {name}"),
    "dropped": ("取消：{name}", "gone from the flow: {name}"),
    "alternatives": ("可选材料改变：{name}", "other alternatives are enough: {name}"),
}
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("可以", "open"),
    "blocked": ("受阻", "blocked"),
    "absent": ("没有", "not there"),
}


def unit_words(effect: UnitEffect) -> Words:
    """Applicants are told by their place: a name is not everybody's to see."""
    zh, en = _UNITS[effect.change]
    of = (
        ("", "")
        if effect.applicant is None
        else (f"（第 {effect.applicant} 位申请人）", f" (applicant {effect.applicant})")
    )
    return {
        "zh-CN": zh.format(name=pick(effect.name, "zh-CN")) + of[0],
        "en": en.format(name=pick(effect.name, "en")) + of[1],
    }


def step_words(effect: StepEffect) -> Words:
    """What a step is after what it was, and why where it is blocked."""
    said: Words = {}
    for place, language in enumerate(LANGUAGES):
        before, after = _STATES[effect.before][place], _STATES[effect.after][place]
        label = pick(effect.label, language)
        why = _JOINT[language].join(pick(each, language) for each in effect.why)
        told = _CHANGED[language] if effect.changed else _SAME[language]
        said[language] = told.format(label=label, before=before, after=after) + (_COLON[language] + why if why else "")
    return said


_CHANGED: Final = {"zh-CN": "步骤“{label}”由{before}变为{after}", "en": 'step "{label}": {before}, then {after}'}
_SAME: Final = {"zh-CN": "步骤“{label}”{after}", "en": 'step "{label}": {after}'}
_JOINT: Final = {"zh-CN": "；", "en": "; "}
_COLON: Final = {"zh-CN": "：", "en": ": "}


def case_words(stage: Words, effect: CaseEffect) -> Iterator[Words]:
    """Everything that would be other, a sentence each; ``stage``: the name of the one where the case is."""
    if effect.stranded:
        yield {
            "zh-CN": f"没有阶段“{pick(stage, 'zh-CN')}”，案件将无处可去",
            "en": f'there is no stage "{pick(stage, "en")}": the case would be stranded',
        }
    if effect.substate_gone:
        yield {"zh-CN": "没有它现在的子状态", "en": "its present sub-status is not there"}
    if effect.handover_ends:
        yield {
            "zh-CN": "已提交的交接将失效，无人可以接收",
            "en": "its offered hand-over would end: nobody could accept it",
        }
    for unit in effect.units:
        yield unit_words(unit)
    for step in effect.steps_changed:
        yield step_words(step)
    if effect.limit_moves:
        yield limit_words(effect)


def limit_words(effect: CaseEffect) -> Words:
    """The limit of the stage where the case is, before and after."""
    none = {"zh-CN": "无", "en": "none"}
    days = [each.isoformat() if each else None for each in (effect.limit_before, effect.limit_after)]
    return {
        "zh-CN": f"阶段时限由 {days[0] or none['zh-CN']} 变为 {days[1] or none['zh-CN']}",
        "en": f"the stage's limit {days[0] or none['en']} would be {days[1] or none['en']}",
    }


def rule_words(tally: Tally) -> Words:
    """How often a rule acts by either version; and what most often held it back."""
    before, after = tally.before, tally.after
    reasons = tally.reasons()
    zh = f"规则“{pick(tally.name, 'zh-CN')}”：现行版本执行 {before.acted} 次、不执行 {before.refrained} 次；"
    zh += "草稿没有此规则" if tally.gone else f"草稿执行 {after.acted} 次、不执行 {after.refrained} 次"
    en = f'Rule "{pick(tally.name, "en")}": acts {before.acted} times and {before.refrained} times not as published; '
    en += (
        "the draft does not have it" if tally.gone else f"with the draft {after.acted} times and {after.refrained} not"
    )
    if before.held or after.held:
        zh += f"。因所在阶段不得联系客户而扣下的消息：现行版本 {before.held} 条，草稿 {after.held} 条"
        en += f". Messages that a gag holds: {before.held} as published, {after.held} with the draft"
    if reasons:
        zh += "。不执行的原因：" + "；".join(f"{words['zh-CN']}（{many}）" for words, many in reasons)
        en += ". Why not: " + "; ".join(f"{words['en']} ({many})" for words, many in reasons)
    return {"zh-CN": zh, "en": en}


def action_words(action: str, before: int, after: int) -> Words:
    """What rules would ask for, counted and never done."""
    named = VALUES.get(("action", action)) or dict.fromkeys(LANGUAGES, action)
    return {
        "zh-CN": f"{named['zh-CN']}：草稿 {after} 次，现行版本 {before} 次",
        "en": f"{named['en']}: {after} times with the draft, {before} as published",
    }


def summary_words(looked_at: int, unchanged: int, counts: Mapping[str, int], left_off: int) -> Words:
    """The figures of a simulation in one sentence."""
    kinds = ("stranded", "checklist", "steps", "limit", "substate", "handover")
    zh = "、".join(f"{_KINDS[kind][0]} {counts.get(kind, 0)} 件" for kind in kinds)
    en = ", ".join(f"{counts.get(kind, 0)} {_KINDS[kind][1]}" for kind in kinds)
    return {
        "zh-CN": f"看了 {looked_at} 件在办案件：不变 {unchanged} 件，{zh}。"
        + (f"另有 {left_off} 件超出上限未看。" if left_off else "在办案件全部看过。"),
        "en": f"{looked_at} open cases looked at: {unchanged} unchanged, {en}. "
        + (f"{left_off} more are beyond the limit and were not." if left_off else "These are all that there are."),
    }


_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "stranded": ("阶段已不存在", "stranded (their stage is gone)"),
    "checklist": ("清单改变", "with another checklist"),
    "steps": ("步骤改变", "with other steps"),
    "limit": ("时限改变", "with another limit"),
    "substate": ("子状态已不存在", "whose sub-status is gone"),
    "handover": ("已提交的交接失效", "whose offered hand-over would end"),
}
