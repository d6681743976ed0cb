"""The connector: one process of the house keeps each connection, and acknowledges what is committed, and only that."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import pytest
from sqlalchemy import Engine, text

from bot.connector import GRACE, Connector, lock_of
from bot.line import Waits
from core.channel.port import Channel, Connected, Line
from core.kit.clock import ManualClock
from core.kit.crypto import Vault
from core.kit.db import reader_engine, writer_engine
from core.kit.errors import Busy
from core.kit.watch import Watches
from core.ledger.tables import inbox
from core.store.reading import Reading
from core.store.sealing import Sealing
from core.store.sessions import SessionLocks
from core.store.store import Store, Unit
from tests.house import START
from tests.platforms.postbox import Postbox
from tests.platforms.postbox_channel import PostboxChannel

MAIN = "postbox:main"


class FullStore(Store):
    """One that cannot take anything as long as it is `full`."""

    full = False

    def submit(self, unit: Unit) -> "Future[Any]":
        if self.full:
            raise Busy(retry_after=0)
        return super().submit(unit)


class SlowLocks(SessionLocks):
    """Locks whose database says nothing while `answers` is not set."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.answers = threading.Event()
        self.answers.set()

    def kept(self) -> frozenset[str]:
        assert self.answers.wait(60)
        return super().kept()


@dataclass
class Process:
    """One of a house, with connections of its own; its connector looks when the test says so."""

    url: str
    channels: dict[str, Channel]
    patience: float = 60.0  # the machine may be busy
    grace: float = 0.0
    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        sealing = Sealing(Vault({"k": bytes(32)}, "k"))
        self.store = FullStore(writer_engine(self.url), sealing, ManualClock(START))
        self.reading = Reading(reader_engine(self.url), sealing)
        self.locks = SlowLocks(self.store.engine)
        waits = Waits(lambda: self.seconds, self._pause, lambda: 0.0)
        self.connector = Connector(self.store, self.locks, self.channels, Watches(), waits, self.patience, self.grace)
        self.store.start()

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def looks(self, after: float = 0.0) -> list[str]:
        """Look once. How each connection stands."""
        self.seconds += after
        await self.connector.work_once()
        return self.states()

    def states(self) -> list[str]:
        return [each.state for each in self.connector.connections()]

    async def ends(self) -> None:
        running = asyncio.create_task(self.connector.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait((running,))
        self.store.close()
        self.reading.close()

    def kept(self) -> list[str]:
        """The platform's ids in the inbox, in the order of the inbox."""
        with self.reading.open() as reader:
            return [row["platform_id"] for row in reader.find(inbox)]


def lives(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test in an event loop of its own."""

    @wraps(test)
    def run(*args: Any, **named: Any) -> None:
        asyncio.run(test(*args, **named))

    return run


@pytest.fixture
def box() -> Iterator[Postbox]:
    with Postbox() as opened:
        yield opened
        assert opened.complaints == []


def channels(box: Postbox, *accounts: str, kind: type[PostboxChannel] = PostboxChannel) -> dict[str, Channel]:
    made = [kind(account=account, port=box.port) for account in accounts or ("main",)]
    return {f"{each.name}:{each.account}": each for each in made}


@asynccontextmanager
async def house(*processes: Process) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for each in processes:
            await each.ends()


async def until(box: Postbox, so: Callable[[], bool]) -> None:
    await asyncio.to_thread(box.wait, so)


def ids(*texts: str, chat: str = "c", account: str = "main") -> list[str]:
    return [f"{account}-{chat}-{text}" for text in texts]


def test_the_test_channel_is_one_that_keeps_a_connection_and_the_page_is_none(box: Postbox) -> None:
    assert all(isinstance(each, Connected) for each in channels(box).values())


@lives
async def test_what_is_acknowledged_is_committed(database: str, box: Postbox) -> None:
    process = Process(database, channels(box))
    seen: list[bool] = []
    box.on_ack = lambda parcel: seen.append(parcel in process.kept())
    box.posts("main", "c", "1", "2")
    async with house(process):
        assert (await process.looks()) == ["down"]
        await until(box, lambda: len(box.acknowledged) == 2)
        box.posts("main", "c", "3")
        await until(box, lambda: not box.left("main"))
        assert process.states() == ["up"]
        assert process.kept() == box.acknowledged == ids("1", "2", "3")
    assert seen == [True] * 3
    assert box.closed == ["main"]


@lives
async def test_what_was_not_acknowledged_comes_again_and_is_kept_once(database: str, box: Postbox) -> None:
    process = Process(database, {MAIN: PostboxChannel(account="main", port=box.port, forgets=ids("1"))})
    box.posts("main", "c", "1", "2")
    async with house(process):
        await process.looks()
        await until(box, lambda: not box.left("main"))
        assert process.kept() == ids("1", "2")
    assert box.delivered.count(*ids("1")) == 2


@lives
async def test_what_the_store_does_not_take_is_not_acknowledged(sqlite_url: str, box: Postbox) -> None:
    process = Process(sqlite_url, channels(box))
    process.store.full = True
    box.posts("main", "c", "1")
    async with house(process):
        await process.looks()
        await until(box, lambda: len(box.closed) >= 2)
        assert (box.acknowledged, process.kept()) == ([], [])
        process.store.full = False
        await until(box, lambda: not box.left("main"))
        assert process.kept() == ids("1")


@lives
async def test_one_connects_and_the_other_stands_by_until_the_lock_is_let_go(postgres_url: str, box: Postbox) -> None:
    one, two = (Process(postgres_url, channels(box)) for _ in range(2))
    async with house(two):
        async with house(one):
            await one.looks()
            await until(box, lambda: box.is_open("main"))
            for _ in range(3):
                assert await two.looks() == ["standby"]
            assert two.connector.downs() == {}
        box.posts("main", "c", "1")
        await two.looks()
        await until(box, lambda: not box.left("main"))
        assert two.kept() == ids("1")
    assert (box.opened, box.refused) == (["main", "main"], [])


@lives
async def test_the_accounts_are_divided_as_they_come(postgres_url: str, box: Postbox) -> None:
    one, two = (Process(postgres_url, channels(box, "a", "b")) for _ in range(2))
    one.connector.choose(["postbox:a"])
    async with house(one, two):
        assert await one.looks() == ["down"]
        assert await two.looks() == ["standby", "down"]
        await until(box, lambda: box.is_open("a") and box.is_open("b"))
    assert box.refused == []


def cut(url: str) -> None:
    """As a network does it: the connection to the database that holds a lock ends."""
    engine = writer_engine(url)
    with engine.connect() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 "
                "AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        ).all()
    assert ended == [(True,)]
    engine.dispose()


@lives
async def test_whoever_loses_its_lock_disconnects_and_nobody_connects_before(postgres_url: str, box: Postbox) -> None:
    one, two = (Process(postgres_url, channels(box), grace=GRACE) for _ in range(2))
    async with house(one, two):
        await one.looks()
        await one.looks(after=GRACE)
        await until(box, lambda: box.is_open("main"))
        cut(postgres_url)
        await two.looks()
        assert two.states() == ["standby"], "it has the lock, and waits: the other may not have noticed yet"
        assert box.is_open("main")
        assert await one.looks() == ["standby"], "it has noticed"
        await until(box, lambda: not box.is_open("main"))
        await two.looks(after=GRACE)
        await until(box, lambda: box.is_open("main"))
        assert await one.looks() == ["standby"]
    assert (len(box.opened), box.refused) == (2, [])


@lives
async def test_a_lock_that_was_lost_and_is_free_is_taken_anew(postgres_url: str, box: Postbox) -> None:
    process = Process(postgres_url, channels(box))
    async with house(process):
        await process.looks()
        await until(box, lambda: box.is_open("main"))
        cut(postgres_url)
        assert await process.looks() == ["standby"]
        await until(box, lambda: not box.is_open("main"))
        assert await process.looks() == ["down"]
        await until(box, lambda: box.is_open("main"))
    assert box.refused == []


@lives
async def test_a_lock_that_is_gone_from_a_connection_that_lives_is_lost_too(postgres_url: str, box: Postbox) -> None:
    """As behind a pooler that gives the session to somebody else."""
    process = Process(postgres_url, channels(box))
    async with house(process):
        await process.looks()
        await until(box, lambda: box.is_open("main"))
        assert process.locks._connection is not None
        process.locks._connection.execute(text("SELECT pg_advisory_unlock_all()"))
        assert await process.looks() == ["standby"], "first it disconnects"
        await until(box, lambda: not box.is_open("main"))
        assert await process.looks() == ["down"]


@lives
async def test_a_database_that_does_not_answer_counts_as_a_lost_lock(postgres_url: str, box: Postbox) -> None:
    process = Process(postgres_url, channels(box))
    async with house(process):
        await process.looks()
        await until(box, lambda: box.is_open("main"))
        process.locks.answers.clear()
        process.connector._patience = 0.01
        assert await process.looks() == ["standby"]
        await until(box, lambda: not box.is_open("main"))
        assert await process.looks() == ["standby"], "there is no answer still"
        process.locks.answers.set()
        process.connector._patience = 60
        asking = process.connector._asking
        assert asking is not None
        await asyncio.wait((asking,))
        assert await process.looks() == ["standby"], "that answer came too late"
        assert await process.looks() == ["down"]
        await until(box, lambda: box.is_open("main"))
    assert box.refused == []


@lives
async def test_at_the_end_the_connection_is_closed_and_the_lock_let_go(postgres_url: str, box: Postbox) -> None:
    process = Process(postgres_url, channels(box))
    running = asyncio.create_task(process.connector.run())
    await until(box, lambda: box.is_open("main"))
    running.cancel()
    await asyncio.wait((running,))
    await until(box, lambda: not box.is_open("main"))
    other = SessionLocks(process.store.engine)
    assert other.hold(lock_of(MAIN)), "and the first process runs still"
    other.let_go()
    await process.ends()


class Broken(PostboxChannel):
    """An adapter with a fault."""

    async def connect(self, line: Line) -> None:
        raise ZeroDivisionError


@lives
async def test_a_broken_channel_is_tried_again_and_harms_no_other(sqlite_url: str, box: Postbox) -> None:
    process = Process(sqlite_url, {**channels(box, "a"), **channels(box, "b", kind=Broken)})
    box.posts("a", "c", "1")
    async with house(process):
        await process.looks()
        await until(box, lambda: not box.left("a"))
        while len(process.pauses) < 3:
            await asyncio.sleep(0)
        assert await process.looks() == ["up", "down"]
        process.seconds += 7
        assert process.connector.downs() == {"connect:postbox:a": 0.0, "connect:postbox:b": 7.0}


@lives
async def test_a_platform_that_hangs_up_is_called_again(sqlite_url: str, box: Postbox) -> None:
    process = Process(sqlite_url, channels(box))
    async with house(process):
        await process.looks()
        await until(box, lambda: box.is_open("main"))
        box.hangs_up("main")
        box.posts("main", "c", "1")
        await until(box, lambda: len(box.opened) == 2 and not box.left("main"))
        assert process.pauses == [1.0]
