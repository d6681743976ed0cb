"""Buckets that all processes of a house share, in Redis; while it does not answer, each process counts for itself."""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from core.kit.buckets import Buckets, Draw, Drawn

PATIENCE: Final = 0.1  # seconds for an answer; whoever asks is waiting at a door
PAUSE: Final = 5.0  # seconds without Redis after it has not answered

log = structlog.get_logger(__name__)

# One script, so that nobody takes between a look and its draw. The clock is that of Redis: the same for every process.
# A bucket is kept until it would be full again anyway. Arguments: most, seconds and cost of each key in turn.
_TAKE: Final = """
local at = redis.call('TIME')
local now = tonumber(at[1]) + tonumber(at[2]) / 1000000
local levels, wait = {}, 0
for i, key in ipairs(KEYS) do
  local most, seconds, cost = tonumber(ARGV[3*i-2]), tonumber(ARGV[3*i-1]), tonumber(ARGV[3*i])
  local kept = redis.call('HMGET', key, 'level', 'at')
  local level = most
  if kept[1] then
    level = math.min(most, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * most / seconds)
  end
  levels[i] = level
  wait = math.max(wait, (math.min(cost, most) - level) * seconds / most)
end
wait = math.max(0, wait)
for i, key in ipairs(KEYS) do
  local most, seconds, cost = tonumber(ARGV[3*i-2]), tonumber(ARGV[3*i-1]), tonumber(ARGV[3*i])
  if wait == 0 then levels[i] = levels[i] - cost end
  redis.call('HSET', key, 'level', string.format('%.6f', levels[i]), 'at', string.format('%.6f', now))
  redis.call('PEXPIRE', key, math.ceil(1000 * (most - levels[i]) * seconds / most) + 1000)
end
local told = {string.format('%.6f', wait)}
for i = 1, #levels do told[i + 1] = string.format('%.6f', levels[i]) end
return told
"""


class SharedBuckets:
    """Implements `core.kit.buckets.Buckets`. Blocks for PATIENCE at most, and then not again for PAUSE."""

    def __init__(
        self, url: str, house: str, secret: bytes, own: Buckets, now: Callable[[], float] = time.monotonic
    ) -> None:
        """``own`` counts while Redis does not answer; ``house`` tells one house of several on one Redis. ``secret``
        (at most 64 bytes) hides from it whose buckets they are: the keys name visitors and their addresses.
        """
        self._client: Redis = Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self._take: Any = self._client.register_script(_TAKE)
        self._prefix = f"banli:{house}:bucket:"
        self._secret = secret
        self._own = own
        self._now = now
        self._asked_again_at = 0.0

    def take(self, draws: Sequence[Draw]) -> Drawn:
        if self._now() < self._asked_again_at:
            return self._own.take(draws)
        keys = [self._prefix + self._hidden(each.key) for each in draws]
        figures = [n for each in draws for n in (each.allowance.most, each.allowance.seconds, each.cost)]
        try:
            wait, *left = (float(each) for each in self._take(keys=keys, args=figures))
        except (RedisError, OSError) as failure:
            self._asked_again_at = self._now() + PAUSE
            log.warning("buckets_not_shared", reason=type(failure).__name__, seconds=PAUSE)
            return self._own.take(draws)
        return Drawn(wait, tuple(left))

    def _hidden(self, key: str) -> str:
        return hashlib.blake2b(key.encode(), key=self._secret, digest_size=16).hexdigest()

    def close(self) -> None:
        self._client.close()
