"""What a channel says about itself to be attacked: its captured requests, what they mean, and what else proves whom."""

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from tests.forgery.sent import Sent
from tests.forgery.site import ForgeSite

CHANNELS: Final = Path(__file__).parent / "channels"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the product took to have happened: by which door, who spoke, what he said."""

    door: str  # channel:account
    id: str  # the platform's id of the delivery
    chat: str  # the conversation's key
    said: tuple[tuple[str, Any], ...]  # the parsed event, by field; a file by its content

    @property
    def who(self) -> tuple[str, str, Any]:
        return self.door, self.chat, dict(self.said).get("sender")


Meaning = tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Captured:
    """A valid request that was never delivered, and what it means."""

    kind: str
    sent: Sent
    meaning: Meaning
    secrets: tuple[bytes, ...] = ()  # that no answer may hold
    parsed: bool = True  # False: a mutation of its body says nothing else, as nobody reads the body


@dataclass(frozen=True, slots=True)
class Parser:
    """Something that looks into a body: an object and the name of its function."""

    owner: Any
    name: str


class ChannelUnderFire(Protocol):
    """One adapter folder. Made anew for every site by the `fire(site)` of tests/forgery/channels/<folder>.py.

    `signed`: whether the proof covers the body, so that no word of it can be another. Where a cookie or a link stands
    for the person instead, he may say what he likes, and `meanings` reads what a request says, without the product's
    code.
    """

    folder: str
    site: ForgeSite  # another one after a restart
    signed: bool
    kinds: Sequence[str]
    again: Sequence[str]  # the kinds that are sent again; not what is a setting and no event
    late: Mapping[int, int]  # by age in seconds: how a repeated request is answered; otherwise as the first time
    proof: Sequence[bytes]  # the headers that prove something
    most: int  # bytes of a body that the door takes
    parsers: Sequence[Parser]  # not to be called for what is not proven, or announced as too long

    def capture(self, kind: str, number: int) -> Captured:
        """A fresh one, with an id of its own."""
        ...

    def meant(self, number: int) -> Captured | None:
        """A captured request that changes the state of a case or person, if the channel has one; for replays."""
        ...

    def others(self, captured: Captured, number: int) -> list[tuple[str, Sent]]:
        """The same request with the proof of somebody or something else, each with a word for it."""
        ...

    def meanings(self, captured: Captured, sent: Sent, kept: Meaning) -> bool:
        """Whether this request, as it is, proves and says what was kept of it; told without the product's code."""
        ...


def folders() -> list[str]:
    """The adapter folders that are described."""
    return sorted(path.stem for path in CHANNELS.glob("*.py") if path.stem != "__init__")


def fire(folder: str, site: ForgeSite) -> ChannelUnderFire:
    """The description of one adapter folder, on this site."""
    spec = importlib.util.find_spec(f"tests.forgery.channels.{folder}")
    assert spec is not None, f"tests/forgery/channels has no {folder}.py"
    made: ChannelUnderFire = importlib.import_module(spec.name).fire(site)
    return made
