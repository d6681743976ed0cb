"""The loops that do the work: order, poison, retries, exactly once, and going on after a restart."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.loopback.channel import LoopbackChannel
from bot import receiver as receiver_module
from bot.app import Banli
from bot.router import route
from bot.turn import Turn
from core.cases.tables import document_version
from core.channel.inbound import Address, FileRef, InboundMessage, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.channel.port import DeliveryFailed, FetchFailed
from core.conversations.tables import message
from core.files.tables import file
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.pace import Pace
from core.ledger import errands, inbox, outbox
from core.ledger.tables import errand
from core.ledger.tables import inbox as inbox_table
from core.ledger.tables import outbox as outbox_table
from tests.core.small_agency import small_banli
from tests.files.pictures import jpg
from tests.house import START, TestHouse, open_house


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        opened.client("张三")
        opened.client("李四")
        yield opened


def arrives(house: TestHouse, name: str, text: str, platform_id: str | None = None) -> None:
    person = house.people[name]
    house.arrives(person, InboundMessage(address=person.address, sender=person.chat, text=text), platform_id)


def states(house: TestHouse) -> list[str]:
    with house.looking() as reader:
        return [row["state"] for row in reader.find(inbox_table)]


def said_in(house: TestHouse) -> list[str]:
    """What clients said, in the order in which it was worked off."""
    with house.looking() as reader:
        return [row["body"]["text"] for row in reader.find(message, message.c.direction == "in")]


# -- receiver --------------------------------------------------------------------------------------------------------


def test_a_conversation_is_answered_in_order_whatever_waits_elsewhere(house: TestHouse) -> None:
    house.quiet = False
    for n in range(20):
        arrives(house, "张三" if n % 3 else "李四", f"words {n}")
    house.rest()
    chats = [[f"words {n}" for n in range(20) if bool(n % 3) is first] for first in (True, False)]
    for expected in chats:
        assert [words for words in said_in(house) if words in expected] == expected
    assert states(house) == ["done"] * 20


def test_a_repeated_delivery_is_answered_once(house: TestHouse) -> None:
    house.quiet = False
    for _ in range(3):
        arrives(house, "张三", "帮助", platform_id="same")
    house.rest()
    answers = len(house.people["张三"].messages)
    arrives(house, "张三", "帮助", platform_id="same")
    house.rest()
    assert (said_in(house), answers) == (["帮助"], len(house.people["张三"].messages))
    assert answers == 1


def test_a_malformed_update_is_parked_at_once_and_the_others_go_on(house: TestHouse) -> None:
    house.quiet = False
    person = house.people["张三"]
    for n, raw in enumerate((b"", b"{", b"[]", b'{"type":"message"}', b"\xff\xfe\x00", b'{"type":"unheard"}')):
        update = Update(
            channel="loopback", account="test", platform_id=f"bad{n}", conversation=person.address.key, raw=raw
        )
        house.banli.store.run(partial(inbox.append, update=update))
    unknown = Update(channel="nobody", account="x", platform_id="1", conversation="nobody:x:1", raw=b"{}")
    house.banli.store.run(lambda uow: inbox.append(uow, unknown))
    arrives(house, "张三", "帮助")
    arrives(house, "李四", "帮助")
    house.rest()
    assert states(house) == ["dead"] * 7 + ["done"] * 2
    assert len(person.messages) == len(house.people["李四"].messages) == 1


def test_an_update_that_always_crashes_is_parked_after_some_tries(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each crash takes back everything of its unit; others go on meanwhile, also in the same chat."""

    def crashing(turn: Turn) -> str:
        answered = route(turn)
        if turn.text == "poison":
            raise ZeroDivisionError
        return answered

    monkeypatch.setattr(receiver_module, "route", crashing)
    house.quiet = False
    for name, text in (("张三", "poison"), ("张三", "帮助"), ("李四", "帮助")):
        arrives(house, name, text)
    house.rest()
    assert states(house) == ["waiting", "done", "done"]
    assert said_in(house) == ["帮助", "帮助"]
    for _ in range(inbox.MAX_ATTEMPTS):
        house.clock.advance(timedelta(hours=1))
        house.rest()
    assert states(house) == ["dead", "done", "done"]
    assert [len(house.people[name].messages) for name in ("张三", "李四")] == [1, 1]
    with house.looking() as reader:
        assert "ZeroDivisionError" in str(reader.find(inbox_table)[0]["error"])


def test_whoever_floods_has_so_many_turns_and_the_others_theirs(house: TestHouse) -> None:
    """The loop's own way: more than a burst of one conversation waits for the next stretch."""
    house.quiet = False
    now = [0.0]
    pace = Pace(inbox.FAIR, 1.0, lambda: now[0])
    for _ in range(inbox.FAIR + 4):
        arrives(house, "张三", "帮助")
    arrives(house, "李四", "帮助")
    receiver = house.banli.receiver

    def turns() -> list[bool]:
        return [each.result() for each in receiver.submit_waiting(pace)]

    assert len(turns()) == inbox.FAIR + 1
    assert states(house).count("waiting") == 4
    assert turns() == []
    now[0] = 1.0
    assert turns() == [True] * 4
    assert states(house).count("waiting") == 0


def test_what_finds_no_room_has_spent_no_turn(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver_module, "BATCH", 2)
    house.quiet = False
    pace = Pace(inbox.FAIR, 1.0, lambda: 0.0)
    for _ in range(inbox.FAIR):
        arrives(house, "张三", "帮助")
    receiver = house.banli.receiver
    receiver._flying.add(0)  # something else is under way, so that there is room for one of those that wait
    turns = [len([each.result() for each in receiver.submit_waiting(pace)]) for _ in range(inbox.FAIR)]
    assert turns == [1] * inbox.FAIR


# -- sender ----------------------------------------------------------------------------------------------------------


def notices(house: TestHouse) -> list[tuple[str, int]]:
    with house.looking() as reader:
        return [(row["state"], row["attempts"]) for row in reader.find(outbox_table)]


def test_a_permanent_failure_is_not_tried_again_and_the_next_notice_goes(house: TestHouse) -> None:
    house.channel.failures = [DeliveryFailed("blocked", blocked=True)]
    arrives(house, "张三", "帮助")
    arrives(house, "张三", "帮助")
    assert notices(house) == [("dead", 1), ("sent", 1)]
    assert len(house.people["张三"].messages) == 1


def test_the_platform_s_pause_is_kept_and_the_order_with_it(house: TestHouse) -> None:
    house.channel.failures = [DeliveryFailed("429", retry_after=30)]
    arrives(house, "张三", "帮助")
    arrives(house, "张三", "帮助")
    arrives(house, "李四", "帮助")
    assert notices(house) == [("waiting", 1), ("waiting", 0), ("sent", 1)]
    house.move_to(START + timedelta(seconds=29))
    assert notices(house)[0] == ("waiting", 1)
    house.move_to(START + timedelta(seconds=30))
    assert notices(house) == [("sent", 2), ("sent", 1), ("sent", 1)]
    ids = [int(each.external_id.removeprefix("m")) for each in house.people["张三"].messages]
    assert ids == sorted(ids)


def test_a_send_that_may_have_arrived_is_repeated_under_the_same_key(house: TestHouse) -> None:
    """The platform had it and the answer was lost: sent again, shown once."""
    send, lost = house.channel.send, [True]

    async def loses_the_answer(to: Any, what: Any) -> Any:
        receipt = await send(to, what)
        if lost:
            lost.clear()
            raise DeliveryFailed("time-out", ambiguous=True)
        return receipt

    house.channel.send = loses_the_answer  # type: ignore[method-assign,assignment]  # the line fails once
    arrives(house, "张三", "帮助")
    assert notices(house) == [("waiting", 1)]
    house.clock.advance(outbox.MAX_BACKOFF)
    house.rest()
    assert notices(house) == [("sent", 2)]
    assert len(house.people["张三"].messages) == 1


def test_a_channel_that_crashes_is_a_failed_attempt(house: TestHouse) -> None:
    house.channel.failures = [ValueError("a bug")]  # type: ignore[list-item]  # what a channel must not raise
    arrives(house, "张三", "帮助")
    assert notices(house) == [("waiting", 1)]
    house.clock.advance(outbox.MAX_BACKOFF)
    house.rest()
    assert notices(house) == [("sent", 2)]


def test_a_notice_that_we_cannot_hand_over_is_parked(house: TestHouse) -> None:
    """A bug of ours must not hold up a chat for as long as a platform that is away."""
    house.channel.failures = [ValueError("a bug") for _ in range(outbox.MAX_ATTEMPTS)]  # type: ignore[misc]
    arrives(house, "张三", "帮助")
    for _ in range(outbox.MAX_ATTEMPTS):
        house.clock.advance(outbox.MAX_BACKOFF)
        house.rest()
    assert notices(house) == [("dead", outbox.MAX_ATTEMPTS)]


def test_a_platform_that_is_away_for_a_day_gets_everything_when_it_is_back(house: TestHouse) -> None:
    away = [DeliveryFailed("no line")] * 1000
    house.channel.failures = list(away)
    arrives(house, "张三", "帮助")
    for _ in range(47):
        house.clock.advance(outbox.MAX_BACKOFF)
        house.rest()
    [(state, attempts)] = notices(house)
    assert (state, attempts > outbox.MAX_ATTEMPTS) == ("waiting", True)
    house.channel.failures = []
    house.clock.advance(outbox.MAX_BACKOFF)
    house.rest()
    assert [state for state, _ in notices(house)] == ["sent"]


# -- fetcher ---------------------------------------------------------------------------------------------------------


class Lame(LoopbackChannel):
    """A platform whose downloads fail as told, the first one first."""

    def __init__(self) -> None:
        super().__init__()
        self.fetch_failures: list[Exception] = []

    async def fetch(self, file: FileRef) -> Any:
        if self.fetch_failures:
            raise self.fetch_failures.pop(0)
        async for part in super().fetch(file):
            yield part


@pytest.fixture
def lame(house: TestHouse) -> Lame:
    house.channel = Lame()
    house.banli.add(house.channel)
    return house.channel


def fetched(house: TestHouse) -> tuple[list[tuple[str, int]], int, int]:
    """The errands, the kept files, and how often the conversation was told."""
    with house.looking() as reader:
        tried = [(row["state"], row["attempts"]) for row in reader.find(errand)]
        told = reader.find(inbox_table, inbox_table.c.channel == receiver_module.FETCHER)
        return tried, len(reader.find(file)), len(told)


def test_a_download_that_fails_is_tried_again_and_told_once(house: TestHouse, lame: Lame) -> None:
    lame.fetch_failures = [FetchFailed("no line"), OSError("disk")]
    house.people["张三"].sends("a.jpg", jpg())
    assert fetched(house) == ([("waiting", 1)], 0, 0)
    for _ in range(3):
        house.clock.advance(timedelta(hours=1))
        house.rest()
    assert fetched(house) == ([("done", 3)], 1, 1)
    assert states(house) == ["done", "done"]


@pytest.mark.parametrize("permanent", [True, False])
def test_a_download_that_never_works_is_told_once_too(house: TestHouse, lame: Lame, permanent: bool) -> None:
    tries = 1 if permanent else errands.MAX_ATTEMPTS
    lame.fetch_failures = [FetchFailed("gone", permanent=permanent) for _ in range(tries)]
    person = house.people["张三"].sends("a.jpg", jpg())
    for _ in range(tries):
        house.clock.advance(timedelta(hours=1))
        house.rest()
    assert fetched(house) == ([("dead", tries)], 0, 1)
    assert len(person.messages) == 2  # received; could not be had


def test_words_after_a_file_do_not_wait_for_its_download(house: TestHouse, lame: Lame) -> None:
    lame.fetch_failures = [FetchFailed("no line")]
    person = house.people["张三"].sends("a.jpg", jpg()).says("帮助")
    assert fetched(house)[1] == 0
    assert len(person.messages) == 2


# -- restart ---------------------------------------------------------------------------------------------------------


def test_a_new_process_goes_on_wherever_the_old_one_stopped(database: str, tmp_path: Path) -> None:
    """Stopped after each single round of each loop; at the end everything has happened exactly once."""
    keys = generate_key()
    channel, clock = LoopbackChannel(), ManualClock(START)

    def process() -> Banli:
        banli = small_banli(database, tmp_path / "files", keys, clock)
        banli.add(channel)
        banli.start()
        return banli

    runner = asyncio.Runner()
    house = TestHouse(process(), clock, channel, runner)
    house.agency()
    house.contract()
    house.people["顾问甲"].presses("定金已到账").presses("合同生效")
    house.quiet = False
    person = house.people["张三"]
    person.sends("护照首页和签字页.jpg", jpg())
    for loop in ("receiver", "fetcher", "receiver", "sender", "receiver", "fetcher", "sender"):
        asyncio.run(getattr(house.banli, loop).work_once())
        house.banli.stop()
        house.banli = process()
    house.rest()
    with house.looking() as reader:
        assert len(reader.find(document_version)) == 1
        assert len(reader.find(file)) == 1
        assert {row["state"] for row in reader.find(inbox_table)} == {"done"}
        notices = reader.find(outbox_table)
        assert {row["notice"]["kind"] for row in notices if row["state"] != "sent"} == {"stage_work"}
        assert {row["state"] for row in notices} == {"sent", "dropped"}  # of a stage that was left before
        reviews = [row for row in reader.find(outbox_table) if row["notice"]["kind"] == "review"]
    assert len([row for row in reviews if row["copy_of"] is None]) == 1
    ids = [each.external_id for each in channel.sent]
    assert len(ids) == len(set(ids))
    house.banli.stop()
    runner.close()


# -- running on its own ----------------------------------------------------------------------------------------------


class Slow(LoopbackChannel):
    """A platform that does not answer for one chat until it is let."""

    def __init__(self, account: str, slow: str) -> None:
        super().__init__(account=account)
        self.slow, self.let, self.under_way = slow, asyncio.Event(), 0

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        if to.chat == self.slow:
            self.under_way += 1
            await self.let.wait()
            self.under_way -= 1
        return await super().send(to, message)


def said_by(channel: Slow, chat: str) -> list[str]:
    return [each.message.card.text for each in channel.sent if each.to.chat == chat]


def queue_words(house: TestHouse, account: str, chat: str, words: str) -> None:
    notice = {"kind": "said", "subject": {}, "params": {"text": words}, "tokens": []}
    address = Address(channel="loopback", account=account, chat=chat)
    house.banli.store.run(lambda uow: outbox.append(uow, address, ("client", 1), notice))


def test_a_slow_chat_holds_up_no_other_and_keeps_its_order(house: TestHouse) -> None:
    channel = Slow("slow", "one")
    house.banli.add(channel)
    for n in range(3):
        for chat in ("one", "two"):
            queue_words(house, "slow", chat, f"{chat} {n}")

    async def play() -> None:
        running = asyncio.create_task(house.banli.sender.run())
        async with asyncio.timeout(20):
            while len(said_by(channel, "two")) < 3:
                await asyncio.sleep(0.01)
            assert (said_by(channel, "one"), channel.under_way) == ([], 1)
            channel.let.set()
            while len(said_by(channel, "one")) < 3:
                await asyncio.sleep(0.01)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    asyncio.run(play())
    assert said_by(channel, "one") == ["one 0", "one 1", "one 2"]


def test_a_sender_that_is_stopped_settles_what_the_platform_has_taken(house: TestHouse) -> None:
    channel = Slow("slow", "one")
    house.banli.add(channel)
    queue_words(house, "slow", "one", "hello")

    async def play() -> None:
        running = asyncio.create_task(house.banli.sender.run())
        async with asyncio.timeout(20):
            while not channel.under_way:
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.sleep(0.01)
        channel.let.set()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    asyncio.run(play())
    with house.looking() as reader:
        [row] = reader.find(outbox_table, account="slow")
    assert (row["state"], row["attempts"]) == ("sent", 1)


def test_the_running_receiver_answers_what_comes_while_it_works(house: TestHouse) -> None:
    house.quiet = False

    async def play() -> None:
        running = asyncio.create_task(house.banli.receiver.run())
        for n in range(30):
            await asyncio.to_thread(arrives, house, "张三" if n % 2 else "李四", f"words {n}")
        async with asyncio.timeout(20):
            while states(house) != ["done"] * 30:
                await asyncio.sleep(0.01)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    asyncio.run(play())
    for first in (0, 1):
        assert [int(words.split()[1]) for words in said_in(house) if int(words.split()[1]) % 2 == first] == list(
            range(first, 30, 2)
        )
