"""What a story remembers while it runs: what every chat showed, who has read how far, when the last act began."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.story.cast import Cast
from bot.story.driver import Shown, World
from bot.story.spec import MAIN
from core.cases.tables import case, case_event, case_link
from core.ledger.tables import audit
from core.store.reading import Reader
from core.store.sealing import Row


class NotSo(Exception):
    """A step that did not come out: what was expected, and what was there instead."""

    def __init__(self, expected: str, said: Iterable[str] = ()) -> None:
        super().__init__(expected)
        self.expected = expected
        self.said = tuple(said)


@dataclass(slots=True)
class Chat:
    """One person's side. `once` keeps every button that was ever shown: token -> label, message, words of its card."""

    shown: list[Shown] = field(default_factory=list)
    read: int = 0
    before: int = 0  # messages that were there when the last act began
    once: dict[str, tuple[str, str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Memory:
    """Of one story on one channel."""

    world: World
    cast: Cast
    chats: dict[str, Chat]
    dispatched: dict[str, int] = field(default_factory=dict)  # gateway -> how many texts have been expected
    about: str = MAIN  # of which case the steps are: a child as `key` or `key/value`
    events: dict[int, int] = field(default_factory=dict)  # case -> number of its last event when the last act began
    audits: int = 0  # id of the newest audit row when the last act began
    transcript: list[str] = field(default_factory=list)

    async def look(self) -> None:
        """Look at every chat, and write down what is new in it."""
        for who, chat in self.chats.items():
            known = len(chat.shown)
            chat.shown = await self.world.driver.chat(who)
            for each in chat.shown:
                for button in each.buttons:
                    chat.once.setdefault(button.token, (button.label, each.id, each.text))
            self.transcript += [_line(who, each) for each in chat.shown[known:]]

    def begin_act(self) -> None:
        """From here on is what the next expectations call "the last act"."""
        for chat in self.chats.values():
            chat.before = len(chat.shown)
        with self.world.agency.reading.open() as reader:
            self.events = {row["id"]: row["version"] for row in reader.find(case)}
            newest = reader.first(audit, order=audit.c.id.desc())
            self.audits = 0 if newest is None else newest["id"]

    def case(self, reader: Reader) -> Row | None:
        """The story's case: there is one, once its contract has taken effect; or the child case that it is about."""
        if self.about != MAIN:
            key, _, value = self.about.partition("/")
            link = reader.first(case_link, key=key, value=value, order=case_link.c.id.desc())
            return None if link is None else reader.peek(case, link["case_id"])
        started = {link["case_id"] for link in reader.find(case_link)}
        return next((row for row in reader.find(case, order=case.c.id.desc()) if row["id"] not in started), None)

    def happened(self, reader: Reader) -> list[Row]:
        """The case's events of the last act, in their order."""
        row = self.case(reader)
        if row is None:
            return []
        t = case_event.c
        return reader.find(case_event, t.case_id == row["id"], t.seq > self.events.get(row["id"], 0), order=t.seq)

    def refusals(self, reader: Reader) -> Sequence[str]:
        """Codes of what was refused in the last act."""
        found = reader.find(audit, audit.c.id > self.audits, audit.c.outcome == "refused")
        return [row["code"] for row in found]


def _line(who: str, each: Shown) -> str:
    buttons = "".join(f" [{button.label}]" for button in each.buttons)
    return f"    -> {who}: " + each.text.replace("\n", "\n       ") + (f"\n      {buttons}" if buttons else "")
