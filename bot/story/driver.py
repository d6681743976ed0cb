"""What a story needs of the world: a channel that people sit at, and the house behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.cards.context import House
from core.bus.bus import Bus
from core.catalog.catalogue import Catalogue
from core.kit.clock import ManualClock
from core.store.reading import Reading
from core.store.store import Store


@dataclass(frozen=True, slots=True)
class ShownButton:
    label: str
    token: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the house as a chat shows it now; `text` is all of its words."""

    id: str
    text: str
    buttons: tuple[ShownButton, ...] = ()


class Driver(Protocol):
    """A channel as the people of a story use it. `who` is a person's key in the story."""

    channel: str
    account: str

    def external_id(self, who: str) -> str:
        """How the channel knows this person."""
        ...

    async def enter(self, who: str) -> None:
        """Open the chat for the first time."""
        ...

    async def say(self, who: str, text: str) -> None: ...

    async def send_kind(self, who: str, kind: str) -> None:
        """A message that carries neither words nor a file: a sticker, a voice note."""
        ...

    async def upload(
        self, who: str, name: str, media_type: str, data: bytes, caption: str, album: str = ""
    ) -> None: ...

    async def press(self, who: str, token: str, message_id: str) -> None: ...

    async def chat(self, who: str) -> list[Shown]:
        """Everything that the house has said to this person, oldest first, as it looks now."""
        ...

    async def close(self) -> None: ...


class Agency(Protocol):
    """The part of a built Banli that a story uses."""

    @property
    def store(self) -> Store: ...
    @property
    def reading(self) -> Reading: ...
    @property
    def bus(self) -> Bus: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def house(self) -> House: ...

    async def work_until_quiet(self, rounds: int = 200) -> None: ...


@dataclass(frozen=True, slots=True)
class World:
    """`gateways`: name ("sms", "mail", "webhook") -> what was dispatched so far, as texts."""

    agency: Agency
    clock: ManualClock
    driver: Driver
    gateways: Mapping[str, Callable[[], Sequence[str]]]
