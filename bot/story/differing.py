"""What a story would say with another flow: the same acts played twice, and every answer that is not the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import ndiff
from typing import Literal

from bot.story.meaning import mistakes_of
from bot.story.replay import BEGINNING, Answer, Played, by_person
from bot.story.spec import Script
from bot.story.verbs import ACTS
from core.engine.flow import Flow
from core.kit.errors import Problem

Outcome = Literal["same", "different", "unfit", "other_flow", "broken"]


@dataclass(frozen=True, slots=True)
class Differs:
    """What one person reads after one act: with the story's own flow, and with the draft. ``step`` 0 is the beginning;
    ``line`` is the step's in the story's file."""

    step: int
    line: int
    title: str
    who: str
    before: tuple[Answer, ...]
    after: tuple[Answer, ...]

    def words(self) -> Iterator[str]:
        """The lines that are gone (-), new (+) and, around them, the same."""
        before, after = ([line for each in said for line in each.lines] for said in (self.before, self.after))
        return (line.rstrip() for line in ndiff(before, after) if not line.startswith("?"))


@dataclass(frozen=True, slots=True)
class Compared:
    """One story. ``unfit``: with the draft an act is not possible any more (``stuck``), or the story names what the
    draft does not have (``problems``). ``broken``: it cannot be played with its own flow either."""

    path: str
    outcome: Outcome
    steps: int = 0
    differs: tuple[Differs, ...] = ()
    problems: tuple[Problem, ...] = ()
    stuck: str = ""


def under(script: Script, source: bytes, flow: Flow) -> tuple[Script, list[Problem]]:
    """The story with another flow, and what it does or sells that this flow does not have."""
    acts = [step for step in script.steps if step.verb in ACTS]
    mistakes = list(mistakes_of(script.story, acts, (flow, *script.flows[1:])))
    return replace(script, source=source, flow=flow), mistakes


def compared(script: Script, own: Played, draft: Played) -> Compared:
    """Up to the first act that is not possible; both were played with the same acts."""
    acts = sum(step.verb in ACTS for step in script.steps)
    if own.stuck is not None:
        return Compared(script.path, "broken", acts, stuck=str(own.stuck))
    differs = tuple(_differs(script, own, draft))
    if draft.stuck is not None:
        return Compared(script.path, "unfit", acts, differs, stuck=str(draft.stuck))
    return Compared(script.path, "different" if differs else "same", acts, differs)


def _differs(script: Script, own: Played, draft: Played) -> Iterator[Differs]:
    titles = {step.number: (step.line, step.title) for step in script.steps}
    for number in sorted(own.answers.keys() & draft.answers.keys()):
        line, title = titles.get(number, (0, "before the first step" if number == BEGINNING else ""))
        before, after = by_person(own.answers[number]), by_person(draft.answers[number])
        for who in [*before, *(who for who in after if who not in before)]:
            was, now = tuple(before.get(who, ())), tuple(after.get(who, ()))
            if was != now:
                yield Differs(number, line, title, who, was, now)
