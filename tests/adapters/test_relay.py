"""Rings between processes: each hears the others and not itself; Redis may vanish and come back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
import redis.asyncio

from adapters.redis.relay import RedisRelay
from tests.services.redis_server import RedisServer

pytestmark = pytest.mark.anyio

SECONDS = 60.0  # until a test gives up


class Process:
    """What a process hears."""

    def __init__(self, url: str, house: str = "a") -> None:
        self.relay = RedisRelay(url, house)
        self.heard: list[tuple[str, ...]] = []
        self.relay.listen("inbox", lambda: self.heard.append(("inbox",)))
        self.relay.listen("chat", lambda *about: self.heard.append(("chat", *about)), about=True)


@contextlib.asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    work = [asyncio.create_task(each.relay.run()) for each in processes]
    try:
        await until(lambda: all(each.relay.connected for each in processes))
        for each in processes:
            each.heard.clear()  # the rings of the first connection
        yield
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not true():
            await asyncio.sleep(0.01)


async def test_the_others_hear_it_and_oneself_does_not(redis_url: str) -> None:
    one, two, stranger = Process(redis_url), Process(redis_url), Process(redis_url, "b")
    async with running(one, two, stranger):
        one.relay.tell("inbox")
        one.relay.tell("chat", "main", "visitor")
        await until(lambda: len(two.heard) == 2)
        two.relay.tell("inbox")
        await until(lambda: one.heard)
    assert sorted(two.heard) == [("chat", "main", "visitor"), ("inbox",)]
    assert one.heard == [("inbox",)]
    assert stranger.heard == []


async def test_many_rings_before_they_go_out_are_one(redis_url: str) -> None:
    one, two = Process(redis_url), Process(redis_url)
    async with running(one, two):
        for _ in range(1000):
            one.relay.tell("inbox")
        one.relay.tell("chat", "main", "last")
        await until(lambda: ("chat", "main", "last") in two.heard)
    assert two.heard == [("inbox",), ("chat", "main", "last")]


async def test_what_is_not_ours_is_left_alone(redis_url: str) -> None:
    one, two = Process(redis_url), Process(redis_url)
    client = redis.asyncio.Redis.from_url(redis_url)
    async with running(one, two):
        for rubbish in (b"", b"\xff", b"[]", b"{}", b'["x"]', b'["x", [1]]', b'["x", [["unknown"]]]'):
            await client.publish("banli:a:rings", rubbish)
        one.relay.tell("inbox")
        await until(lambda: two.heard)
    await client.aclose()
    assert two.heard == [("inbox",)]


async def test_a_redis_that_comes_back_is_heard_again_and_every_bell_rings(spare_redis: RedisServer) -> None:
    one, two = Process(spare_redis.url()), Process(spare_redis.url())
    async with running(one, two):
        await asyncio.to_thread(spare_redis.stop)
        await until(lambda: not (one.relay.connected or two.relay.connected))
        one.relay.tell("inbox")  # lost, or told later: nobody is held up
        await asyncio.to_thread(spare_redis.start)
        await until(lambda: one.heard and two.heard)
        assert ("inbox",) in two.heard
        two.heard.clear()
        one.relay.tell("chat", "main", "again")
        await until(lambda: ("chat", "main", "again") in two.heard)


async def test_without_redis_it_lives_and_does_nothing() -> None:
    nowhere = Process("redis://127.0.0.1:1/0")
    work = asyncio.create_task(nowhere.relay.run())
    await until(lambda: nowhere.relay.bell.beaten is not None)
    nowhere.relay.tell("inbox")
    assert not nowhere.relay.connected
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert nowhere.heard == []
