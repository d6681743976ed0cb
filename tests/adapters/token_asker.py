"""One process that asks for a token fifty times at once whenever it is told to, and says which ones it got.

`get` asks; `end` calls what it has invalid, as a platform would tell all fifty, and asks again. Redis counts fetches.
"""

import asyncio
import sys

from redis.asyncio import Redis

from adapters.redis.tokens import SharedTokens
from core.channel.tokens import Token
from core.kit.crypto import Vault

NAME = "dingtalk:main"


async def ask(url: str) -> None:
    tokens = SharedTokens(url, "a", Vault({"k": bytes(range(32))}, "k"))
    client: Redis = Redis.from_url(url)

    async def fetch() -> Token:
        number = await client.incr("fetched")
        await asyncio.sleep(0.05)  # a platform is not quick: the others are asking meanwhile
        return Token(str(number), 3600)

    async def once(ended: str) -> str:
        if ended:
            await tokens.forget(NAME, ended)
        return await tokens.get(NAME, fetch)

    ended = last = ""
    while word := (await asyncio.to_thread(sys.stdin.readline)).strip():
        if word == "ready":
            print("ready", flush=True)
            continue
        ended = last if word == "end" else ""
        found = set(await asyncio.gather(*(once(ended) for _ in range(50))))
        last = found.pop()
        print(" ".join([last, *found]), flush=True)


if __name__ == "__main__":
    asyncio.run(ask(sys.argv[1]))
