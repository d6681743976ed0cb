"""Deciding a compiled condition over facts, with a sentence in both languages for what is not met.

Truth has three values: what cannot be known (None) satisfies nothing, neither a clause nor a ``none``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.engine.cel import FILLED, FactType, Program, Sheet, to_cel
from core.engine.cel_reports import Failure
from core.engine.clauses import TAGS
from core.engine.text import Words

GroupKind = Literal["all", "any", "none"]


@dataclass(frozen=True, slots=True)
class Fact:
    """What the deciding needs to know of a declared fact: its type and what readers call it."""

    kind: FactType
    name: Words


@dataclass(frozen=True, slots=True)
class Bound:
    """Facts made ready: a filled-in sheet, and the names that hold nothing or a wrong type."""

    sheet: Any  # the CEL library's own
    empty: frozenset[str]
    wrong: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """True, False, or None for "cannot be known"; ``reasons`` are the sentences for what is not met."""

    truth: bool | None
    reasons: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """One compiled clause with the sentence that states it."""

    label: Words
    program: Program

    def decide(self, bound: Bound, facts: Mapping[str, Fact]) -> Answer:
        answer = self.program.run(bound.sheet)
        if isinstance(answer, Failure):
            return Answer(None, (_because(self.label, self._why(answer, bound, facts)),))
        return Answer(answer, () if answer else (self.label,))

    def _why(self, failure: Failure, bound: Bound, facts: Mapping[str, Fact]) -> Words:
        if not failure.absent:
            return failure.words
        for names, zh, en in (
            (bound.wrong, "值的类型不对", "of the wrong type"),
            (bound.empty, "未填写", "not filled in"),
        ):
            if found := sorted(self.program.names & names):
                shown = [facts[name].name for name in found]
                return {
                    "zh-CN": f"{zh}:" + "、".join(words["zh-CN"] for words in shown),
                    "en": f"{en}: " + ", ".join(words["en"] for words in shown),
                }
        return failure.words


@dataclass(frozen=True, slots=True)
class Group:
    """Members that must all, not all, or not at all be true."""

    kind: GroupKind
    members: Sequence["Test | Group"]

    @property
    def label(self) -> Words:
        """The whole group as one sentence."""
        labels = [member.label for member in self.members]
        if self.kind == "none":
            return _denied(_joined(labels, "、", ", "))
        zh, en = (" 且 ", " and ") if self.kind == "all" else (" 或 ", " or ")
        joined = _joined(labels, zh, en)
        return joined if len(labels) == 1 else {"zh-CN": f"({joined['zh-CN']})", "en": f"({joined['en']})"}

    def decide(self, bound: Bound, facts: Mapping[str, Fact]) -> Answer:
        """Ask the members; an ``any`` stops at the first that is true, the others ask all, to name all."""
        answers: list[Answer] = []
        for member in self.members:
            answers.append(member.decide(bound, facts))
            if self.kind == "any" and answers[-1].truth:
                return Answer(True)
        truths = [answer.truth for answer in answers]
        unknown = [reason for answer in answers if answer.truth is None for reason in answer.reasons]
        if self.kind == "none":
            held = [member.label for member, answer in zip(self.members, answers, strict=True) if answer.truth]
            truth = False if held else None if None in truths else True
            return Answer(truth, (*map(_denied, held), *unknown))
        reasons = tuple(reason for answer in answers for reason in answer.reasons)
        if self.kind == "all":
            return Answer(False if False in truths else None if None in truths else True, reasons)
        return Answer(None if None in truths else False, (_one_of(reasons),) if len(reasons) > 1 else reasons)


def bind(sheet: Sheet, types: Mapping[str, Fact], facts: Mapping[str, object], *, partial: bool = False) -> Bound:
    """Look up the facts. Absent, None, blank text and empty lists hold nothing; zero and "no" are values.

    Of the tags an empty list is an answer all the same: whoever has none has not this one either.

    With ``partial`` nothing is known of an absent fact, not even whether it is filled in.
    """
    values: dict[str, object] = {}
    empty: set[str] = set()
    wrong: set[str] = set()
    for name, fact in types.items():
        raw = facts.get(name)
        blank = raw is None or (isinstance(raw, str) and not raw.strip())
        if blank or (isinstance(raw, list | tuple | set | frozenset) and not raw):
            empty.add(name)
            if name == TAGS and raw is not None:
                values[name] = to_cel(fact.kind, [])
        else:
            try:
                values[name] = to_cel(fact.kind, raw)
            except (TypeError, ValueError, OverflowError):
                wrong.add(name)
        if name in facts or not partial:
            values[FILLED + name] = name not in empty
    return Bound(sheet.filled_in(values), frozenset(empty), frozenset(wrong))


def _because(label: Words, why: Words) -> Words:
    return {"zh-CN": f"{label['zh-CN']}({why['zh-CN']})", "en": f"{label['en']} ({why['en']})"}


def _denied(label: Words) -> Words:
    return {"zh-CN": f"不应成立：{label['zh-CN']}", "en": f"must not hold: {label['en']}"}


def _one_of(reasons: Sequence[Words]) -> Words:
    joined = _joined(reasons, ";", "; ")
    return {"zh-CN": f"至少满足一项：{joined['zh-CN']}", "en": f"at least one of: {joined['en']}"}


def _joined(labels: Sequence[Words], zh: str, en: str) -> Words:
    return {"zh-CN": zh.join(each["zh-CN"] for each in labels), "en": en.join(each["en"] for each in labels)}
