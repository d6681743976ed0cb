"""Captured requests sent again, at once, later, after a restart and in parallel: the first was the only one."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from core.conversations.tables import message
from core.ledger.tables import inbox
from tests.forgery.description import Captured, ChannelUnderFire, fire
from tests.forgery.sent import deliver
from tests.forgery.site import ForgeSite, open_site

LATER: Final = (1, 360, 90_000)  # seconds after the first: one, six minutes, twenty-five hours
COPIES: Final = 10
AT_ONCE: Final = 8  # requests under way at a time


@dataclass
class Replays:
    """What was sent how often, and what was wrong."""

    folder: str
    captured: int = 0
    sent: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = f"{self.folder}: {self.captured} captured requests, {self.sent} sent again, {len(self.wrong)} wrong"
        return "\n".join([told, *self.wrong])


def replay(url: str, folder: Path, channel: str, count: int, meant: int = 4) -> Replays:
    """Capture so many requests, send each once, then each ten times more at every moment; then new ones all at once."""
    told = Replays(channel)
    with ExitStack() as open_now:
        site = open_now.enter_context(open_site(url, folder))
        under_fire = fire(channel, site)
        captured = _captured(under_fire, 0, count, meant)
        told.captured = len(captured)
        _expect(told, "first", _send([site], captured, 1), 2)
        site.rest()
        _one_effect(told, site, captured)
        for age in LATER:
            site.clock.advance(timedelta(seconds=age))
            site.rest()  # what the hour brings by itself
            status = under_fire.late.get(age)
            _nothing_more(told, f"after {age} s", [site], captured, status)
        key, clock = site.key, site.clock
    with ExitStack() as open_now:
        many = 1 if "sqlite" in url else 2
        houses = [open_now.enter_context(open_site(url, folder, key, clock)) for _ in range(many)]
        status = under_fire.late.get(LATER[-1])
        _nothing_more(told, "after a restart", houses, captured, status)
        under_fire.site = houses[0]
        fresh, before = _captured(under_fire, 1_000_000, count, meant), houses[0].newest()
        told.sent += len(fresh) * COPIES
        _expect(told, "in parallel", _send(houses, fresh, COPIES), 2)
        asyncio.run(_rest_together(houses))
        _one_effect(told, houses[0], fresh, before)
    return told


def _captured(channel: ChannelUnderFire, first: int, count: int, meant: int) -> list[Captured]:
    made = [channel.capture(channel.again[n % len(channel.again)], first + n) for n in range(count)]
    return made + [each for n in range(meant) if (each := channel.meant(first + n)) is not None]


def _send(houses: Sequence[ForgeSite], captured: Sequence[Captured], copies: int) -> list[int]:
    """Each so many times, several at a time, in turn to each house. Returns the statuses."""

    async def go() -> list[int]:
        room = asyncio.Semaphore(AT_ONCE)

        async def one(number: int, each: Captured) -> int:
            async with room:
                return (await deliver(houses[number % len(houses)].app, each.sent)).status

        work = [one(number, each) for each in captured for number in range(copies)]
        return list(await asyncio.gather(*work))

    return asyncio.run(go())


def _expect(told: Replays, when: str, statuses: Sequence[int], hundreds: int) -> None:
    odd = sorted({each for each in statuses if each // 100 != hundreds})
    if odd:
        told.wrong.append(f"{when}: answered {odd}")


def _nothing_more(
    told: Replays, when: str, houses: Sequence[ForgeSite], captured: Sequence[Captured], status: int | None
) -> None:
    """Ten copies of each change no row of any table."""
    before = houses[0].state()
    statuses = _send(houses, captured, COPIES)
    told.sent += len(statuses)
    if status is None:
        _expect(told, when, statuses, 2)
    elif set(statuses) != {status}:
        told.wrong.append(f"{when}: answered {sorted(set(statuses))}, not {status}")
    asyncio.run(_rest_together(houses))
    after = houses[0].state()
    changed = [name for name in after if before[name] != after[name]]
    told.wrong += [f"{when}: {name} was {before[name]}, is {after[name]}" for name in changed]


async def _rest_together(houses: Sequence[ForgeSite]) -> None:
    await asyncio.gather(*(house.come_to_rest() for house in houses))


def _one_effect(told: Replays, site: ForgeSite, captured: Sequence[Captured], after: int = 0) -> None:
    """Each that is an event stands in the inbox once, is settled, and is in its conversation once."""
    with site.banli.reading.open() as reader:
        rows = {row["id"]: row for row in reader.find(inbox, inbox.c.id > after)}
        said = [row["entry_id"] for row in reader.find(message, direction="in") if row["entry_id"] in rows]
    for each in captured:
        for event in each.meaning:
            mine = [row for row in rows.values() if row["platform_id"] == event.id]
            if [row["state"] for row in mine] != ["done"] or said.count(mine[0]["id"]) != 1:
                told.wrong.append(f"{event.id}: in the inbox as {[row['state'] for row in mine]}, or not said once")
