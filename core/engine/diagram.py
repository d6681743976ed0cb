"""A flow as a picture, before it is drawn: boxes for its stages with the steps that lead out of them, in one language.

Labels are what an author wrote, so they may hold anything; ``clean`` makes of each one line that can stand in a
picture, and each way of drawing escapes what means something there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from unicodedata import bidirectional

from core.engine.approval_words import approval_words
from core.engine.conditions import Clause
from core.engine.flow import Child, Flow, Rule, Stage, Transition
from core.engine.machine import CompiledFlow
from core.engine.text import Words, pick

# What XML cannot hold, and what turns the direction of everything behind it.
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT: Final = ("R", "AL")

BY: Final[Words] = {"zh-CN": "操作人", "en": "by"}
OWNER: Final[Words] = {"zh-CN": "负责", "en": "Owner"}
FINAL: Final[Words] = {"zh-CN": "终点", "en": "final"}
STARTS: Final[Words] = {"zh-CN": "开子案件", "en": "Starts"}
STAGE: Final[Words] = {"zh-CN": "阶段", "en": "Stage"}
_COLON: Final[Words] = {"zh-CN": "：", "en": ": "}
_COMMA: Final[Words] = {"zh-CN": "、", "en": ", "}
_SEMICOLON: Final[Words] = {"zh-CN": "；", "en": "; "}
_VERSION: Final[Words] = {"zh-CN": "第 {} 版", "en": "version {}"}
_NOBODY: Final[Words] = {"zh-CN": "系统", "en": "system"}
_CLIENT: Final[Words] = {"zh-CN": "客户", "en": "client"}


@dataclass(frozen=True, slots=True)
class Step:
    """A transition out of one stage; ``to`` is the place of the stage that it leads to, ``by`` who may take it."""

    label: str
    by: str
    to: int


@dataclass(frozen=True, slots=True)
class Box:
    """A stage. ``starts``: what people call the child cases that a rule starts on entering it; empty: none."""

    name: str
    owner: str
    final: bool
    steps: tuple[Step, ...]
    starts: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """The stages in the flow's order, in which a case begins with the first."""

    title: str
    language: str
    boxes: tuple[Box, ...]

    def told(self) -> str:
        """All of it in sentences, for whoever cannot see it: one line for each stage."""
        return "\n".join(self._told(box) for box in self.boxes)

    def _told(self, box: Box) -> str:
        steps = [
            f"{isolated(step.label)} → {isolated(self.boxes[step.to].name)} "
            f"({named(BY, isolated(step.by), self.language)})"
            for step in box.steps
        ]
        about = [named(OWNER, isolated(box.owner), self.language), *([pick(FINAL, self.language)] if box.final else [])]
        about += [named(STARTS, isolated(box.starts), self.language)] if box.starts else []
        return named(STAGE, pick(_SEMICOLON, self.language).join([isolated(box.name), *about, *steps]), self.language)


def diagram_of(compiled: CompiledFlow, language: str, roles: Mapping[str, Mapping[str, str]]) -> Diagram:
    """``roles``: what people call the roles; one that is not there is shown by its key."""
    flow, known = compiled.flow, {"system": _NOBODY, "client": _CLIENT, **roles}
    places = {stage.key: place for place, stage in enumerate(flow.stages)}

    def called(role: str) -> str:
        return clean(pick(known.get(role, {}), language)) or role

    def step(each: Transition, stage: Stage) -> Step:
        by = pick(_COMMA, language).join(isolated(called(role)) for role in each.by)
        if stage.approval is not None and each.key in (stage.approval.approve, stage.approval.decline):
            by = approval_words(stage.approval, stage.owner, lambda role: isolated(called(role)), language)
        return Step(clean(pick(each.label, language)), by, places[each.to])

    def starts(stage: str) -> str:
        names = (clean(pick(child.name, language)) or child.key for child in started(flow, stage))
        return pick(_COMMA, language).join(isolated(name) for name in names)

    boxes = tuple(
        Box(
            clean(pick(stage.name, language)),
            called(stage.owner),
            stage.final,
            tuple(step(each, stage) for each in compiled.machine.triggers(stage.key)),
            starts(stage.key),
        )
        for stage in flow.stages
    )
    return Diagram(_title(flow, language), language, boxes)


def started(flow: Flow, stage: str) -> tuple[Child, ...]:
    """The children that rules start when a case enters this stage, as far as the rules say so themselves: on
    StageEntered while the case is in it, and on CaseOpened in the first one."""
    keys = {
        call.args.get("child")
        for rule in flow.rules
        if (rule.on == "StageEntered" and _at(rule, stage)) or (rule.on == "CaseOpened" and stage == flow.initial)
        for call in rule.then
        if call.action == "start_child"
    }
    return tuple(child for child in flow.children if child.key in keys)


def _at(rule: Rule, stage: str) -> bool:
    clauses = rule.when.all if rule.when is not None and rule.when.all is not None else ()
    named = [each for each in clauses if isinstance(each, Clause) and each.field == "case.stage" and each.op == "eq"]
    return any(each.value == stage for each in named)


def clean(text: str) -> str:
    """One line without what no picture can hold; everything else stays."""
    return " ".join(_TURNS.sub("", _NOT_IN_XML.sub("\ufffd", text)).split())


def isolated(text: str) -> str:
    """The same, so that its right-to-left letters do not reorder what stands beside it."""
    if not any(bidirectional(each) in _RIGHT_TO_LEFT for each in text):
        return text
    return f"\u2068{text}\u2069"


def named(name: Words, text: str, language: str) -> str:
    """What the text is, and the text."""
    return pick(name, language) + pick(_COLON, language) + text


def _title(flow: Flow, language: str) -> str:
    name = isolated(clean(pick(flow.name, language)))
    return f"{name} · {pick(_VERSION, language).format(flow.version)}"
