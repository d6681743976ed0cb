"""Plays a story for what is said in it, not for whether it comes out: act by act, whatever its expectations are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.story.driver import Shown, World
from bot.story.memory import Memory, NotSo
from bot.story.result import Failure
from bot.story.runner import begin, carry_out
from bot.story.spec import Script
from bot.story.verbs import ACTS
from core.kit.errors import Refusal

_CHANCE = re.compile(r"https?://\S+|(?<=code=)[A-Z2-9]{8}")  # a link or a code is another one each time
BEGINNING = 0
"""Number of what is said before the first step: greetings, and what signing the contract says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One message that somebody reads after an act; ``redrawn``: one that was there says something else now.
    ``who`` is a person, "sms", "mail", "webhook", or empty for a command that was refused."""

    who: str
    text: str
    buttons: tuple[str, ...] = ()
    redrawn: bool = False

    @property
    def lines(self) -> list[str]:
        """As it is read, its buttons below it."""
        return [*self.text.split("\n"), *(f"[{each}]" for each in self.buttons)]


@dataclass(slots=True)
class Played:
    """``answers``: number of an act -> what was said after it. ``stuck``: the first act that was not possible."""

    answers: dict[int, tuple[Answer, ...]] = field(default_factory=dict)
    stuck: Failure | None = None


async def replay(script: Script, world: World) -> Played:
    """The world must be new, as for `bot.story.runner.play`."""
    played = Played()
    try:
        memory = await begin(script, world)
    except (NotSo, Refusal) as no:
        expected = no.expected if isinstance(no, NotSo) else "the story can begin"
        said = no.said if isinstance(no, NotSo) else (f"refused: {no.code} {no}",)
        played.stuck = Failure(BEGINNING, 0, "the beginning", expected, said)
        return played
    told = _Told(memory)
    played.answers[BEGINNING] = told.since()
    for step in script.steps:
        if step.verb == "about":
            memory.about = str(step.arg)
        if step.verb not in ACTS:
            continue
        try:
            await carry_out(step, memory)
        except NotSo as no:
            played.stuck = Failure(step.number, step.line, step.title, no.expected, no.said)
            break
        played.answers[step.number] = (*told.since(), *_refused(memory, step.verb))
    return played


class _Told:
    """What each chat and gateway showed when it was last asked."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._shown: dict[str, dict[str, Answer]] = {who: {} for who in memory.chats}
        self._dispatched: dict[str, int] = {}

    def since(self) -> tuple[Answer, ...]:
        """What is new or redrawn, person by person."""
        found = [each for who, chat in self._memory.chats.items() for each in self._of(who, chat.shown)]
        for gateway, texts in self._memory.world.gateways.items():
            every = texts()
            found += [Answer(gateway, said(text)) for text in every[self._dispatched.get(gateway, 0) :]]
            self._dispatched[gateway] = len(every)
        return tuple(found)

    def _of(self, who: str, shown: Sequence[Shown]) -> list[Answer]:
        before, found = self._shown[who], []
        for each in shown:
            now = Answer(who, said(each.text), tuple(button.label for button in each.buttons))
            was = before.get(each.id)
            if was != now:
                found.append(Answer(who, now.text, now.buttons, redrawn=was is not None))
            before[each.id] = now
        return found


def said(text: str) -> str:
    """A message's words without what chance decides."""
    return _CHANCE.sub("…", text)


def _refused(memory: Memory, verb: str) -> list[Answer]:
    if verb != "does":
        return []
    with memory.world.agency.reading.open() as reader:
        return [Answer("", f"refused: {code}") for code in memory.refusals(reader)]


def by_person(answers: Sequence[Answer]) -> Mapping[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for each in answers:
        found.setdefault(each.who, []).append(each)
    return found
