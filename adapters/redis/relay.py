"""Rings from process to process over Redis: published, never kept. A lost one costs latency only."""

import asyncio
import json
import secrets
import threading
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from core.kit.bell import Bell

PATIENCE: Final = 2.0  # seconds for an answer
AGAIN_SECONDS: Final = 1.0  # after Redis was gone
LOOK_SECONDS: Final = 5.0  # a subscription asks so often whether the connection still lives
MOST_TOLD: Final = 10_000  # rings that wait for Redis; more are lost, which costs latency only

log = structlog.get_logger(__name__)

Ring = tuple[str, ...]
"""A name, and what it is about: `("webchat", account, visitor)`, or only `("inbox",)`."""


class RedisRelay:
    """Tells the other processes of this house what was rung here, and rings here what they tell.

    Rings that have not gone out yet are told once, however often they were rung.
    """

    def __init__(self, url: str, house: str) -> None:
        """``house`` tells one house of several on one Redis."""
        self._client: Redis = Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self._subject = f"banli:{house}:rings"
        self._me = secrets.token_hex(8)
        self._listeners: dict[str, Callable[..., object]] = {}
        self._plain: list[Callable[..., object]] = []
        self._lock = threading.Lock()
        self._told: dict[Ring, None] = {}
        self.bell = Bell()
        self.connected = False

    def listen(self, name: str, listener: Callable[..., object], *, about: bool = False) -> None:
        """Call this when another process has rung the name; with ``about``: with what that is about.

        It must not block. One without ``about`` is also called after a connection was lost: a ring may have been too.
        """
        self._listeners[name] = listener
        if not about:
            self._plain.append(listener)

    def tell(self, name: str, *about: str) -> None:
        """From any thread; never blocks and never fails."""
        with self._lock:
            if len(self._told) < MOST_TOLD:
                self._told[(name, *about)] = None
        self.bell.ring()

    async def run(self) -> None:
        """Hear and speak until cancelled; while Redis is gone, try again and again."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._again_and_again(self._hear))
                tasks.create_task(self._again_and_again(self._speak))
        finally:
            self.connected = False
            await self._client.aclose()

    async def _again_and_again(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except (RedisError, OSError) as failure:
                if self.connected:
                    log.warning("relay_lost", reason=type(failure).__name__)
                self.connected = False
                self.bell.beat()  # it lives: without Redis it has nothing to do
                await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self) -> None:
        async with self._client.pubsub() as heard:
            await heard.subscribe(self._subject)
            self.connected = True
            log.info("relay_connected")
            for listener in self._plain:
                listener()
            silent = 0
            while silent < 2:
                message = await heard.get_message(ignore_subscribe_messages=True, timeout=LOOK_SECONDS)
                silent = silent + 1 if message is None else 0
                if message is None:
                    await heard.ping()
                elif message["type"] == "message":
                    self._heard(message["data"])
            raise RedisConnectionError("no sign of life")

    def _heard(self, data: bytes) -> None:
        """What does not look like one of our rings is left alone: Redis may be shared."""
        try:
            speaker, told = json.loads(data)
            rings = [(str(name), tuple(map(str, about))) for name, *about in told]
        except (ValueError, TypeError):
            log.warning("ring_unreadable")
            return
        if speaker == self._me:
            return
        for name, about in rings:
            if (listener := self._listeners.get(name)) is not None:
                listener(*about)

    async def _speak(self) -> None:
        while True:
            self.bell.beat()
            await self.bell.wait(LOOK_SECONDS)
            with self._lock:
                told, self._told = list(self._told), {}
            if told:
                await self._client.publish(self._subject, json.dumps([self._me, told]))
