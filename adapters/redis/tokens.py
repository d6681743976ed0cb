"""Access tokens that all processes of a house share, sealed, in Redis; without it each process fetches its own."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.channel.tokens import Fetch, OwnTokens, Token, same
from core.kit.crypto import Tampered, Vault

PURPOSE: Final = "redis tokens"
PATIENCE: Final = 1.0  # seconds for an answer
PAUSE: Final = 5.0  # seconds without Redis after it has not answered
TURN_SECONDS: Final = 10.0  # so long others wait for whoever fetches; it is a hint, and they fetch for themselves then
LOOK_SECONDS: Final = 0.05

log = structlog.get_logger(__name__)

# Takes a key away if it is still what the caller thinks.
_DROP: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class SharedTokens:
    """Implements `core.channel.tokens.Tokens`. A token lies in Redis while it is good: clocks are not compared."""

    def __init__(self, url: str, house: str, vault: Vault, now: Callable[[], float] = time.monotonic) -> None:
        """``house`` tells one house of several on one Redis; what lies there opens with a key of the vault only."""
        self._url = url
        self._prefix = f"banli:{house}:token:"
        self._vault = vault
        self._secret = vault.derive(PURPOSE)
        self._now = now
        self._own = OwnTokens(now)
        self._ended: dict[str, str] = {}  # what was called invalid last: Redis may hold it for a moment still
        self._me = secrets.token_hex(8)
        self._asked_again_at = 0.0

    async def get(self, name: str, fetch: Fetch) -> str:
        return await self._own.get(name, partial(self._take, name, fetch))

    async def forget(self, name: str, token: str) -> None:
        if self._own.drop(name, token):  # only the first of all who were told so
            self._ended[name] = token
            await self._ask(self._drop, name, token)

    async def _take(self, name: str, fetch: Fetch) -> Token:
        """From Redis, or fetched: by one process while the others wait."""
        found: Token | None = await self._ask(self._found_or_turn, name)
        if found is not None:
            return found
        token: Token | None = None
        try:
            token = await fetch()
            self._ended.pop(name, None)
        finally:
            await self._ask(self._tell, name, token)
        return token

    async def _ask(self, question: Callable[..., Any], *about: Any) -> Any:
        """None when Redis does not answer; then it is not asked again for a while."""
        if self._now() < self._asked_again_at:
            return None
        client: Redis = Redis.from_url(
            self._url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        try:
            async with client:
                return await question(client, *about)
        except (RedisError, OSError) as failure:
            self._asked_again_at = self._now() + PAUSE
            log.warning("tokens_not_shared", reason=type(failure).__name__, seconds=PAUSE)
            return None

    async def _found_or_turn(self, client: "Redis", name: str) -> Token | None:
        """The token as soon as it is there; None when it is our turn to fetch it."""
        key, give_up = self._key(name), self._now() + TURN_SECONDS
        while True:
            mine = await client.set(f"{key}:turn", self._me, nx=True, px=int(TURN_SECONDS * 1000))
            # Only after the question for the turn: whoever had it before has put the token there.
            if (found := await self._found(client, name)) is not None:
                if mine:
                    await client.eval(_DROP, 1, f"{key}:turn", self._me)
                return found
            if mine or self._now() > give_up:
                return None
            await asyncio.sleep(LOOK_SECONDS)

    async def _found(self, client: "Redis", name: str) -> Token | None:
        key = self._key(name)
        async with client.pipeline() as both:
            both.get(key)
            both.pttl(key)
            sealed, left = await both.execute()
        value = self._opened(name, sealed)
        if value is None or left <= 0 or same(value, self._ended.get(name, "")):
            return None
        return Token(value, left / 1000)

    async def _tell(self, client: "Redis", name: str, token: Token | None) -> None:
        """Whoever waits may have it, or try himself."""
        key = self._key(name)
        if token is not None and token.spent > 0:
            sealed = self._vault.wrap(f"token {name}", token.value.encode())
            await client.set(key, sealed, px=max(1, int(token.spent * 1000)))
        await client.eval(_DROP, 1, f"{key}:turn", self._me)

    async def _drop(self, client: "Redis", name: str, token: str) -> None:
        key = self._key(name)
        sealed: Any = await client.get(key)
        value = self._opened(name, sealed)
        if value is not None and same(value, token):
            await client.eval(_DROP, 1, key, sealed)

    def _opened(self, name: str, sealed: bytes | None) -> str | None:
        """What nobody of this house has sealed counts as not there."""
        try:
            return None if sealed is None else self._vault.unwrap(f"token {name}", sealed).decode()
        except Tampered:
            return None

    def _key(self, name: str) -> str:
        return self._prefix + hashlib.blake2b(name.encode(), key=self._secret, digest_size=16).hexdigest()
