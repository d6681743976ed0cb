"""Tokens of platforms: one fetch for all who ask, in a process and over processes; never in the clear in Redis."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from adapters.redis.tokens import PAUSE, SharedTokens
from core.channel.tokens import OwnTokens, Token, Tokens
from core.kit.crypto import Vault
from tests.services.redis_server import RedisServer

NAME = "wecom:main:app"
LIFE = 7200.0
ROOT = Path(__file__).resolve().parents[2]
VAULT = Vault({"k": bytes(range(32))}, "k")


@dataclass
class Platform:
    """Gives a new token at every fetch; a new one ends the old one. `failures` are raised by the next fetches."""

    given: int = 0
    asked: int = 0
    life: float = LIFE
    failures: list[Exception] = field(default_factory=list)

    async def fetch(self) -> Token:
        self.asked += 1
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop()
        self.given += 1
        return Token(f"secret-{self.given}", self.life)

    async def send(self, tokens: Tokens) -> int:
        """As an adapter does it. Returns how often it had to try again."""
        for tries in range(10):
            token = await tokens.get(NAME, self.fetch)
            await asyncio.sleep(0)
            if token == f"secret-{self.given}":
                return tries
            await tokens.forget(NAME, token)
        raise AssertionError("it never got the right one")


@dataclass
class Moment:
    """A clock moved by hand."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


async def fifty(ask: Callable[[], Awaitable[object]]) -> set[object]:
    return set(await asyncio.gather(*(ask() for _ in range(50))))


def test_fifty_who_ask_at_its_end_get_one_fetch() -> None:
    moment, platform = Moment(), Platform()
    tokens = OwnTokens(moment)

    async def asked() -> set[object]:
        return await fifty(lambda: tokens.get(NAME, platform.fetch))

    async def ask() -> None:
        assert await asked() == {"secret-1"}
        moment.seconds += LIFE - 301
        assert await asked() == {"secret-1"}
        moment.seconds += 1
        assert await asked() == {"secret-2"}, "renewed before it ends, so that none is on its way then"

    asyncio.run(ask())
    assert platform.asked == 2


def test_fifty_sends_with_a_token_that_was_ended_try_again_once_at_most() -> None:
    platform = Platform()
    tokens = OwnTokens()

    async def send() -> None:
        await platform.send(tokens)
        platform.given += 1  # somebody else has fetched one: ours is over
        tries = await asyncio.gather(*(platform.send(tokens) for _ in range(50)))
        assert max(tries) == 1

    asyncio.run(send())
    assert platform.asked == 2


def test_who_comes_late_with_an_older_token_does_not_throw_the_newer_away() -> None:
    platform = Platform()
    tokens = OwnTokens()

    async def late() -> None:
        old = await tokens.get(NAME, platform.fetch)
        await tokens.forget(NAME, old)
        new = await tokens.get(NAME, platform.fetch)
        await tokens.forget(NAME, old)
        assert await tokens.get(NAME, platform.fetch) == new

    asyncio.run(late())
    assert platform.asked == 2


def test_a_fetch_that_fails_is_told_to_all_who_waited_and_tried_again_by_the_next() -> None:
    platform = Platform(failures=[ConnectionError("down")])
    tokens = OwnTokens()

    async def ask() -> None:
        found = await asyncio.gather(*(tokens.get(NAME, platform.fetch) for _ in range(50)), return_exceptions=True)
        assert {type(each) for each in found} == {ConnectionError}
        assert platform.asked == 1
        assert await tokens.get(NAME, platform.fetch) == "secret-1"

    asyncio.run(ask())


def test_one_who_gives_up_does_not_end_the_fetch_of_the_others() -> None:
    platform = Platform()
    tokens = OwnTokens()

    async def ask() -> None:
        first, second = (asyncio.create_task(tokens.get(NAME, platform.fetch)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == "secret-1"

    asyncio.run(ask())
    assert platform.asked == 1


def shared(url: str, moment: Moment | None = None, house: str = "a", vault: Vault = VAULT) -> SharedTokens:
    return SharedTokens(url, house, vault) if moment is None else SharedTokens(url, house, vault, moment)


def test_processes_share_a_token_and_what_is_forgotten_by_one_is_forgotten_by_all(redis_url: str) -> None:
    platform = Platform()
    one, two = shared(redis_url), shared(redis_url)

    async def ask() -> None:
        assert await one.get(NAME, platform.fetch) == await two.get(NAME, platform.fetch) == "secret-1"
        platform.given += 1
        assert await platform.send(one) == 1
        assert await platform.send(two) == 1, "the old one from its own memory, the new one from Redis"
        await one.forget(NAME, "secret-1")
        await two.forget(NAME, "secret-1")
        assert await shared(redis_url).get(NAME, platform.fetch) == "secret-3"

    asyncio.run(ask())
    assert platform.asked == 2


def test_redis_never_holds_a_token_in_the_clear_nor_longer_than_it_is_good(redis_url: str) -> None:
    asyncio.run(shared(redis_url).get(NAME, Platform().fetch))
    with redis.Redis.from_url(redis_url) as client:
        (key,) = client.keys("*")
        assert b"wecom" not in key
        assert b"secret" not in client.get(key)
        assert 0 < client.pttl(key) <= (LIFE - 300) * 1000


@pytest.mark.parametrize("other", [{"house": "b"}, {"vault": Vault({"k": bytes(32)}, "k")}], ids=["house", "keys"])
def test_another_house_gets_nothing_of_it(redis_url: str, other: dict[str, object]) -> None:
    platform = Platform()

    async def ask() -> None:
        await shared(redis_url).get(NAME, platform.fetch)
        await shared(redis_url, **other).get(NAME, platform.fetch)  # type: ignore[arg-type]  # one of the two

    asyncio.run(ask())
    assert platform.asked == 2


def test_what_somebody_put_in_its_place_is_not_taken_for_a_token(redis_url: str) -> None:
    platform = Platform()
    asyncio.run(shared(redis_url).get(NAME, platform.fetch))
    with redis.Redis.from_url(redis_url) as client:
        (key,) = client.keys("*")
        client.set(key, b"planted", px=60_000)
    assert asyncio.run(shared(redis_url).get(NAME, platform.fetch)) == "secret-2"


def test_a_process_that_failed_leaves_the_turn_to_the_others(redis_url: str) -> None:
    platform = Platform(failures=[ConnectionError("down")])

    async def ask() -> None:
        one, two = shared(redis_url), shared(redis_url)
        found = await asyncio.gather(*(each.get(NAME, platform.fetch) for each in (one, two)), return_exceptions=True)
        assert sorted(type(each).__name__ for each in found) == ["ConnectionError", "str"]

    asyncio.run(ask())
    assert platform.asked == 2


def test_without_redis_each_process_fetches_once_and_asks_it_again_later(spare_redis: RedisServer) -> None:
    platform, moment = Platform(), Moment()
    one, two = (shared(spare_redis.url(), moment) for _ in range(2))
    spare_redis.stop()

    async def ask() -> None:
        for each in (one, two):
            assert len(await fifty(lambda each=each: each.get(NAME, platform.fetch))) == 1  # type: ignore[misc]
        assert platform.asked == 2
        await one.forget(NAME, "secret-1")
        spare_redis.start()
        await one.get(NAME, platform.fetch)
        assert platform.asked == 3
        moment.seconds += PAUSE + 1
        await one.forget(NAME, "secret-3")
        await one.get(NAME, platform.fetch)
        await two.forget(NAME, "secret-2")
        assert await two.get(NAME, platform.fetch) == "secret-4"

    asyncio.run(ask())
    assert platform.asked == 4


def test_four_processes_of_fifty_fetch_once_at_each_end(redis_url: str) -> None:
    """Real processes that begin together; `tests/adapters/token_asker.py` is one of them."""
    words = [sys.executable, "-m", "tests.adapters.token_asker", redis_url]
    askers = [
        subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]

    def together(word: str) -> list[str]:
        for each in askers:
            assert each.stdin is not None
            each.stdin.write(word + "\n")
            each.stdin.flush()
        return [each.stdout.readline().strip() for each in askers if each.stdout is not None]

    try:
        assert together("ready") == ["ready"] * 4
        assert together("get") == ["1"] * 4
        for number in (2, 3, 4):
            assert together("end") == [f"{number}"] * 4
    finally:
        for each in askers:
            each.kill()
            each.communicate()
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("fetched") == b"4"
