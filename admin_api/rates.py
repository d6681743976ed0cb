"""How often one caller may ask: a bucket that fills again with time, told in every answer (RateLimit headers).

The headers are those of draft-ietf-httpapi-ratelimit-headers-10. Buckets live in this process and are forgotten with
it; several web processes allow that many times more.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from core.kit.errors import TooOften

NAME: Final = "caller"
POLICY: Final = "RateLimit-Policy"
LEFT: Final = "RateLimit"
MOST_BUCKETS: Final = 20_000  # the longest untouched is forgotten first: by then it is full again


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left to a caller after a request: ``quota`` in ``window`` seconds, full again after ``full_in``."""

    quota: int
    window: int
    left: int
    full_in: int

    def headers(self) -> Mapping[str, str]:
        return {
            POLICY: f'"{NAME}";q={self.quota};w={self.window}',
            LEFT: f'"{NAME}";r={self.left};t={self.full_in}',
        }


class TooManyRequests(TooOften):
    """Wait as long as Retry-After says, then go on; an admin raises the quota in the settings."""

    code = "too_many_requests"


class Rates:
    """Token buckets by caller; one that was never touched is full. May be shared between threads."""

    def __init__(self, quota: int = 600, window: int = 60, now: Callable[[], float] = time.monotonic) -> None:
        """``quota`` requests at once, and as many again in ``window`` seconds; ``now`` in seconds."""
        self._quota, self._window, self._now = quota, window, now
        self._lock = threading.Lock()
        self._levels: OrderedDict[int, tuple[float, float]] = OrderedDict()  # caller -> level, moment

    def take(self, caller: int) -> tuple[Rate, TooManyRequests | None]:
        """One request. What is left, and the refusal when nothing was; a refused request costs nothing."""
        with self._lock:
            now, speed = self._now(), self._quota / self._window
            level, since = self._levels.get(caller, (float(self._quota), now))
            level = min(float(self._quota), level + max(0.0, now - since) * speed)
            refusal = TooManyRequests(retry_after=(1 - level) / speed) if level < 1 else None
            level -= 0 if refusal else 1
            self._levels[caller] = level, now
            self._levels.move_to_end(caller)
            while len(self._levels) > MOST_BUCKETS:
                self._levels.popitem(last=False)
        full_in = math.ceil((self._quota - level) / speed)
        return Rate(self._quota, self._window, int(level), full_in), refusal
