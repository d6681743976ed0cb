"""What a changed parameter means for a case: only where the case meets a place that uses it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from core.engine.param_changes import ParamChange, Use, shown
from core.engine.simulation import CaseEffect, Seen
from core.engine.simulation_words import limit_words, step_words, unit_words
from core.engine.text import Words

Kind = Literal["limit", "field", "check", "checklist", "step", "rule", "text", "other"]
KINDS: Final[tuple[Kind, ...]] = ("limit", "field", "check", "checklist", "step", "rule", "text", "other")


@dataclass(frozen=True, slots=True)
class Concern:
    """What would be other for a case, in words."""

    kind: Kind
    words: Words


def concerns(change: ParamChange, stage: str, old: Seen, new: Seen, effect: CaseEffect) -> tuple[Concern, ...]:
    """Of one case in ``stage``, each sentence once. None where only the day or the source is another, or where the case
    meets no place that uses the parameter (any more)."""
    if not change.value_differs:
        return ()
    found = [each for use in change.uses for each in _of_use(use, stage, old, new, effect)]
    return tuple({each.words["en"]: each for each in found}.values())


def _of_use(use: Use, stage: str, old: Seen, new: Seen, effect: CaseEffect) -> Iterator[Concern]:
    match use.part:
        case "stages":
            if use.key == stage:
                yield from _of_stage(use, effect)
        case "fields":
            yield from _of_field(use, old, new)
        case "items" | "groups":
            yield from _of_unit(use, old, new, effect)
        case "transitions":
            yield from _of_step(use, effect)
        case "rules":
            yield Concern("rule", _by(use, "按新的值判断或执行", "goes by the new value"))
        case "messages" | "texts" | "name" | "reasons" | "services":
            yield Concern("text", _by(use, "按新的值显示", "shows the new value"))
        case _:
            yield Concern("other", _by(use, "使用新的值", "uses the new value"))


def _of_stage(use: Use, effect: CaseEffect) -> Iterator[Concern]:
    if use.attribute == "due":
        if effect.limit_moves:
            yield Concern("limit", limit_words(effect))
    elif use.attribute in ("name", "client_text"):
        yield Concern("text", _by(use, "按新的值显示", "shows the new value"))
    else:
        yield Concern("other", _by(use, "使用新的值", "uses the new value"))


def _of_field(use: Use, old: Seen, new: Seen) -> Iterator[Concern]:
    """A computed one where its value would be another; what somebody gave stays, but is checked otherwise. Values of
    personal fields are not told."""
    field = next((each for each in new.compiled.flow.fields if each.key == use.key), None)
    before, after = old.fields.get(use.key), new.fields.get(use.key)
    if field is None:
        return
    if field.source == "computed":
        if before != after:
            told = field.pii == "none"
            values = (
                tuple("-" if each is None else shown(str(each)) for each in (before, after)) if told else ("…", "…")
            )
            yield Concern("field", _by(use, f"由 {values[0]} 变为 {values[1]}", f"{values[0]} would be {values[1]}"))
    elif before not in (None, "", []):
        yield Concern(
            "field", _by(use, "已填的值保留，再改时按新的值检查", "kept as given; checked by it when changed")
        )


def _of_unit(use: Use, old: Seen, new: Seen, effect: CaseEffect) -> Iterator[Concern]:
    changed = [each for each in effect.units if each.key == use.key]
    yield from (Concern("checklist", unit_words(each)) for each in changed)
    asked = {key for seen in (old, new) for unit in seen.units for key in (*unit.items, unit.group)}
    if changed or use.key not in asked:
        return
    if use.attribute in ("checks", "checks_when", "accept", "files"):
        yield Concern("check", _by(use, "文件按新的值检查", "papers are checked by the new value"))
    elif use.attribute not in ("required_when", "visible_when"):
        yield Concern("text", _by(use, "按新的值显示或要求", "shows or asks for the new value"))


def _of_step(use: Use, effect: CaseEffect) -> Iterator[Concern]:
    for step in effect.steps:
        if step.key == use.key:
            yield Concern("step", step_words(step))


def concerned_words(cases: int, kinds: Mapping[str, int]) -> Words:
    """How many open cases a parameter concerns, and in what."""
    zh = "，".join(f"{_KINDS[kind][0]} {many}" for kind, many in kinds.items())
    en = ", ".join(f"{_KINDS[kind][1]} {many}" for kind, many in kinds.items())
    return {
        "zh-CN": f"涉及 {cases} 件在办案件" + (f"（{zh}）" if zh else ""),
        "en": f"concerns {cases} open case{'' if cases == 1 else 's'}" + (f" ({en})" if en else ""),
    }


_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "limit": ("时限", "limit"),
    "field": ("字段", "field"),
    "check": ("材料检查", "check of papers"),
    "checklist": ("清单", "checklist"),
    "step": ("步骤", "step"),
    "rule": ("规则", "rule"),
    "text": ("文字", "text"),
    "other": ("其他", "other"),
}


def _by(use: Use, zh: str, en: str) -> Words:
    return {"zh-CN": f"{use.words['zh-CN']}，{zh}", "en": f"{use.words['en']}: {en}"}
