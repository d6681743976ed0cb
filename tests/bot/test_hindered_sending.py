"""What hinders the sender for a while: slow edits are tried by one sender at a time and end, and nothing is lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from adapters.loopback.channel import LoopbackChannel
from bot import sender
from core.channel.inbound import Address
from core.channel.outbound import OutboundMessage
from core.commands.work import CompleteTask
from core.ledger import outbox
from core.ledger.tables import outbox as table
from core.store.sealing import Row
from tests.bot.chat import REVIEWER, case_of, open_case
from tests.bot.test_reconciler import as_, execute, new_task, pass_time, shown
from tests.house import TestHouse, open_house


class SlowEdits(LoopbackChannel):
    """An edit is answered when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let: asyncio.Event | None = None
        self.begun = 0

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        self.begun += 1
        if self.let is not None:
            await self.let.wait()
        await super().redraw(to, external_id, message)


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(sqlite_url, tmp_path, channel=SlowEdits()) as opened:
        yield opened.agency()


def channel_of(house: TestHouse) -> SlowEdits:
    assert isinstance(house.channel, SlowEdits)
    return house.channel


def done_but_not_redrawn(house: TestHouse) -> int:
    """A task whose card waits to be edited."""
    task_id = new_task(house, case_of(house, open_case(house))["id"])
    house.rest()
    execute(house, CompleteTask(task_id=task_id), as_(house, house.people[REVIEWER]))
    channel_of(house).begun = 0
    return task_id


@asynccontextmanager
async def sending(house: TestHouse) -> AsyncIterator[None]:
    """The sender runs, and has an edit in its hands that nobody answers."""
    channel_of(house).let = asyncio.Event()
    running = asyncio.create_task(house.banli.sender.run())
    async with asyncio.timeout(20):
        while not channel_of(house).begun:
            await asyncio.sleep(0.01)
        yield
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def redraws(house: TestHouse) -> list[Row]:
    with house.looking() as reader:
        return reader.find(table, table.c.copy_of.is_not(None))


def test_what_is_being_edited_is_not_claimed_again(house: TestHouse) -> None:
    task_id = done_but_not_redrawn(house)

    async def play() -> None:
        async with sending(house):
            for _ in range(3):
                house.clock.advance(outbox.REDRAW_LEASE)
                assert await house.banli.sender._hand_out() == 0
            let = channel_of(house).let
            assert let is not None
            let.set()
            while redraws(house)[-1]["state"] == "sending":
                await asyncio.sleep(0.01)

    asyncio.run(play())
    last = redraws(house)[-1]
    assert (channel_of(house).begun, last["state"], last["attempts"]) == (1, "sent", 1)
    assert "完成" in shown(house, f"task:{task_id}")[0].message.card.footer


def test_an_edit_that_is_never_answered_ends_and_comes_again(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outbox.REDRAW_PATIENCE < outbox.REDRAW_LEASE
    monkeypatch.setattr(outbox, "REDRAW_PATIENCE", timedelta(seconds=0.05))
    task_id = done_but_not_redrawn(house)

    async def play() -> None:
        async with sending(house):
            while redraws(house)[-1]["state"] == "sending":
                await asyncio.sleep(0.01)

    asyncio.run(play())
    assert redraws(house)[-1]["state"] == "lost"
    with house.looking() as reader:
        [copy] = reader.find(table, card=f"task:{task_id}", copy_of=None)
    assert (copy["tries"], copy["shown"]) == (1, None)  # it may have arrived: nobody knows what is there
    channel_of(house).let = None
    pass_time(house, timedelta(seconds=2))
    assert "完成" in shown(house, f"task:{task_id}")[0].message.card.footer


@pytest.mark.parametrize("redraw", [True, False])
def test_what_cannot_be_drawn_for_a_moment_comes_a_moment_later(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch, redraw: bool
) -> None:
    task_id = new_task(house, case_of(house, open_case(house))["id"])
    if redraw:
        house.rest()
        execute(house, CompleteTask(task_id=task_id), as_(house, house.people[REVIEWER]))

    def busy(*_: object) -> OutboundMessage:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    with monkeypatch.context() as moment:
        moment.setattr(sender, "render", busy)
        house.rest()
    assert redraw == bool(shown(house, f"task:{task_id}"))
    pass_time(house, timedelta(seconds=10))
    [copy] = shown(house, f"task:{task_id}")
    assert ("完成" in copy.message.card.footer) == redraw
