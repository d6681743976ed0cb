"""A line: when a connection is made again, after how long, and when it counts as dead; and what the operator sees."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.loopback.channel import LoopbackChannel
from bot.line import HEALTHY, LONGEST_ASKED, LONGEST_PAUSE, KeptLine, OneLine, Waits
from core.channel.port import ConnectFailed, Line
from core.kit.watch import Counted, Watches, Worked
from tests.house import TestHouse, open_house

Connect = Callable[[Line], None]


@dataclass
class Scripted(LoopbackChannel):
    """Its connections go as written, one after the other; after the last one it is quiet and stays open."""

    script: list[Connect] = field(default_factory=list)
    begun: int = 0
    closed: int = 0

    async def connect(self, line: Line) -> None:
        self.begun += 1
        try:
            if self.script:
                self.script.pop(0)(line)
            else:
                await asyncio.Event().wait()
        finally:
            self.closed += 1


@dataclass
class Counts:
    """Who measures."""

    found: list[Counted] = field(default_factory=list)

    def worked(self, work: Worked) -> None:
        """Not of interest here."""

    def counted(self, things: list[Counted]) -> None:
        self.found += things


@dataclass
class Watched:
    """A line with a clock moved by hand, and what it did."""

    house: TestHouse
    channel: Scripted
    chance: float = 0.0
    silence: float = 600.0
    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        watches = Watches()
        watches.add(self.counts)  # type: ignore[arg-type]  # it takes lists only
        waits = Waits(lambda: self.seconds, self._pause, lambda: self.chance, self.silence)
        self.line = KeptLine("loopback:test", self.channel, self.house.banli.store, watches, waits)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    def plays(self, until: Callable[[], bool]) -> None:
        """Keep the line until that is so."""

        async def keep() -> None:
            keeping = asyncio.create_task(self.line.keep())
            while not until():
                await asyncio.sleep(0)
            keeping.cancel()
            await asyncio.wait((keeping,))
            assert keeping.cancelled()

        asyncio.run(keep())


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(sqlite_url, tmp_path) as opened:
        yield opened


def fails(retry_after: float | None = None) -> Connect:
    def connect(_: Line) -> None:
        raise ConnectFailed("down", retry_after=retry_after)

    return connect


def returns(_: Line) -> None:
    """The platform says good-bye at once."""


def test_the_pause_is_doubled_up_to_a_minute(house: TestHouse) -> None:
    watched = Watched(house, Scripted(script=[*[fails()] * 8, returns]))
    watched.plays(lambda: watched.channel.begun == 10)
    assert watched.pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    assert watched.channel.closed == 10
    assert watched.counts.found == [], "none of them was up"


def test_chance_takes_away_up_to_a_half(house: TestHouse) -> None:
    watched = Watched(house, Scripted(script=[fails(), fails()]), chance=1.0)
    watched.plays(lambda: watched.channel.begun == 3)
    assert watched.pauses == [0.5, 1.0]


def test_a_platform_that_asks_us_to_wait_gets_what_it_asks_for_within_reason(house: TestHouse) -> None:
    watched = Watched(house, Scripted(script=[fails(retry_after=37), fails(retry_after=0.1), fails(retry_after=1e6)]))
    watched.plays(lambda: watched.channel.begun == 4)
    assert watched.pauses == [37, 2, LONGEST_ASKED]


def test_after_a_minute_of_health_it_begins_again_with_a_second(house: TestHouse) -> None:
    def lives(seconds: float) -> Connect:
        def connect(line: Line) -> None:
            line.alive()
            assert watched.line.is_up
            watched.seconds += seconds
            raise ConnectFailed("over")

        return connect

    script = [fails(), fails(), lives(HEALTHY - 1), lives(HEALTHY), fails()]
    watched = Watched(house, Scripted(script=script))
    watched.plays(lambda: watched.channel.begun == 6)
    assert watched.pauses == [1, 2, 4, 1, 2]
    assert watched.counts.found == [("connection_lost", "loopback")] * 2
    assert watched.line.down == 0, "its clock stood still since"


def test_a_silent_connection_is_given_up_and_made_anew(house: TestHouse) -> None:
    watched = Watched(house, Scripted(), silence=0.01)
    watched.plays(lambda: watched.channel.begun == 3)
    assert watched.pauses == [1, 2]
    assert watched.channel.closed == 3


def test_a_sign_of_life_puts_the_end_off(house: TestHouse) -> None:
    ends: list[float | None] = []

    def connect(line: Line) -> None:
        assert isinstance(line, OneLine)
        ends.append(line.limit.when())
        line.alive()
        ends.append(line.limit.when())

    watched = Watched(house, Scripted(script=[connect]))
    watched.plays(lambda: bool(watched.pauses))
    first, second = ends
    assert first is not None
    assert second is not None
    assert first < second


def test_a_line_that_is_over_says_nothing_more(house: TestHouse) -> None:
    kept: list[Line] = []
    watched = Watched(house, Scripted(script=[kept.append]))
    watched.plays(lambda: bool(watched.pauses))
    kept[0].alive()
    assert not watched.line.is_up
