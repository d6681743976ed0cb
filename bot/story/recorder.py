"""Plays what a real case was, masked, in a house of its own, and writes down what that house answers.

So no word of the house's is taken from the real conversation: each is said to the stand-ins.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.story.driver import Shown, World
from bot.story.memory import Chat, Memory, NotSo
from bot.story.past import Act, Past, card_kind, kind_of
from bot.story.reader import MOMENT
from bot.story.replay import said
from bot.story.runner import begin, carry_out
from bot.story.signature import Describing
from bot.story.spec import Script, Step
from bot.story.verbs import OFFICE, PERSON, WORLD
from core.conversations.burst import STRAGGLER
from core.engine.text import Words
from core.ledger.tables import button, outbox

ROUNDED: Final = timedelta(minutes=5)
_SIGNED: Final[dict[str, Any]] = {"RecordDeposit": {}, "ActivateContract": {}}
_CUT: Final = "…"


@dataclass(slots=True)
class Recorded:
    """Steps of the story, and what could not be played."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Words] = field(default_factory=list)


def rounded(moment: datetime) -> datetime:
    """Down to five minutes."""
    return moment - timedelta(
        minutes=moment.minute % (ROUNDED.seconds // 60), seconds=moment.second, microseconds=moment.microsecond
    )


async def record(script: Script, world: World, past: Past, zone: ZoneInfo) -> Recorded:
    """``script`` has the people and the contract of the past; its steps are not looked at."""
    recorder = _Recorder(await begin(script, world), past, zone)
    await recorder.step(OFFICE, "does", _SIGNED)
    for act in _together(past.acts):
        await recorder.until(act.at)
        recorder.compare(act.at)
        await recorder.act(act)
    return recorder.came


def _together(acts: Sequence[Act]) -> list[Act]:
    """Files that came one upon the other are one step: the house answers them together."""
    found: list[Act] = []
    last: datetime | None = None
    for each in acts:
        is_file = each.verb == "sends" and "file" in each.arg
        before = found[-1] if found else None
        if (
            before is not None
            and last is not None
            and is_file
            and before.who == each.who
            and each.at - last < STRAGGLER
        ):
            found[-1] = Act(before.at, before.who, "sends", [*_listed(before.arg), each.arg])
        else:
            found.append(each)
        last = each.at if is_file else None
    return found


def _listed(arg: Any) -> list[Any]:
    return arg if isinstance(arg, list) else [arg]


class _Recorder:
    """A story being written while it is played."""

    def __init__(self, memory: Memory, past: Past, zone: ZoneInfo) -> None:
        self.came = Recorded()
        self._memory, self._past, self._zone = memory, past, zone
        self._keys = {("client", each): who for who, each in memory.cast.clients.items()}
        self._keys |= {("staff", each): who for who, each in memory.cast.staff.items()}
        self._until = past.case["opened_at"]  # what was told then, up to here, has been compared
        self._sent = self._newest()

    async def until(self, moment: datetime) -> None:
        """Let time pass, so that what came by the clock is there when it is compared."""
        target = rounded(moment)
        if target > self._memory.world.clock.now():
            await self.step("", "clock", target.astimezone(self._zone).strftime(MOMENT))

    async def act(self, act: Act) -> None:
        """Do it; what is not possible here is noted and left out."""
        arg = act.arg
        if act.verb == "presses":
            arg = self._button(act)
            if arg is None:
                what = act.does[0]
                self._note(
                    f"没有可按的按钮（{what}），此步未导出", f"No button for {what} was there: the press was left out"
                )
                return
        await self.step(act.who, act.verb, arg)

    async def step(self, who: str, verb: str, arg: Any) -> None:
        """One act, and what everybody reads after it."""
        key = f"{who} {verb}" if who else verb
        shapes = PERSON if who else WORLD
        title = f"{key}: {arg}"
        step = Step(len(self.came.steps) + 1, 0, title, who, verb, shapes[verb].validate_python(arg))
        try:
            await carry_out(step, self._memory)
        except NotSo:
            self._note(
                f"有一步（{verb}）无法重演，未导出", f"A step ({verb}) could not be played again and was left out"
            )
            return
        self.came.steps.append({key: arg})
        for person, chat in self._memory.chats.items():
            if fresh := chat.shown[chat.read :]:
                told = [_expected(each.text) for each in fresh]
                verb = "reads only" if person in self._memory.cast.clients else "sees"  # staff: in whatever order
                self.came.steps.append({f"{person} {verb}": told})
                chat.read = len(chat.shown)

    def compare(self, until: datetime) -> None:
        """Whether the same people were told the same kinds of things, up to this moment, as then. What was said in one
        moment cannot be told apart; what came after the last act came by the clock, which stops there."""
        if until <= self._until:
            return
        past = [(who, kind) for at, who, kind in self._past.told if self._until <= at < until]
        with self._memory.world.agency.reading.open() as reader:
            rows = reader.find(outbox, outbox.c.id > self._sent, copy_of=None, state="sent")
        self._until, self._sent = until, self._newest()
        now = [(self._keys.get((row["person_kind"], row["person_id"]), ""), kind_of(row)) for row in rows]
        for told, zh, en in (
            (Counter(past) - Counter(now), "当时有、剧本中没有", "was told then and is not in the story"),
            (Counter(now) - Counter(past), "剧本中有、当时没有", "is told in the story and was not then"),
        ):
            for who, kind in told:
                at = len(self.came.steps)
                self._note(f"第 {at} 步前后：{who} 的消息 {kind} {zh}", f"About step {at}: to {who}, {kind} {en}")

    def _newest(self) -> int:
        with self._memory.world.agency.reading.open() as reader:
            row = reader.first(outbox, order=outbox.c.id.desc())
        return 0 if row is None else int(row["id"])

    def _button(self, act: Act) -> dict[str, Any] | None:
        """The button that does the same, as a story presses it: by its label, and its card where that must be said. Of
        several one on the same kind of card, that is still shown, the newest."""
        chat = self._memory.chats[act.who]
        there = {each.token for shown in chat.shown for each in shown.buttons}
        found: list[tuple[bool, bool, int, str]] = []
        with self._memory.world.agency.reading.open() as reader:
            describing = Describing(reader, self._keys)
            for at, each in enumerate(chat.once):
                row = reader.first(button, token=each)
                if row is not None and describing.command(row["command"]) == act.does:
                    found.append((card_kind(row) == act.card, each in there, at, each))
        return _press(max(found)[-1], chat) if found else None

    def _note(self, zh: str, en: str) -> None:
        if {"zh-CN": zh, "en": en} not in self.came.notes:
            self.came.notes.append({"zh-CN": zh, "en": en})


def _press(of: str, chat: Chat) -> dict[str, Any] | None:
    """Words by which a story finds exactly the button of this token. None where no words do."""
    label, _, words = chat.once[of]
    now = [(button.token, button.label, shown.text) for shown in chat.shown for button in shown.buttons]
    old = not any(each == of for each, _, _ in now)
    if old:
        there = {each for each, _, _ in now}
        pressed = [(each, told[0], told[2]) for each, told in chat.once.items() if each not in there]
    else:
        pressed = [each for shown in chat.shown for each in reversed(_of(shown))]
        words = next(text for each, _, text in now if each == of)
    for on in ("", *words.split("\n"), words):
        found = next((each for each, name, text in reversed(pressed) if name == label and on in text), None)
        if found == of:
            return {"button": label, **({"on": on} if on else {}), **({"old": True} if old else {})}
    return None


def _of(shown: Shown) -> list[tuple[str, str, str]]:
    return [(each.token, each.label, shown.text) for each in shown.buttons]


def _expected(text: str) -> Any:
    """The whole message; of one with a link or code, which is another one each time, its longest part."""
    kept = said(text)
    if kept == text:
        return {"equals": text}
    return max(kept.split(_CUT), key=len)
