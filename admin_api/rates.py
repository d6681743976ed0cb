"""How often one caller may ask: a bucket that fills again with time, told in every answer (RateLimit headers).

The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.kit.buckets import Allowance, Buckets, Draw, OwnBuckets
from core.kit.errors import TooOften

NAME: Final = "caller"
POLICY: Final = "RateLimit-Policy"
LEFT: Final = "RateLimit"


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
    """A bucket for each caller. May be shared between threads."""

    def __init__(self, quota: int = 600, window: int = 60, buckets: Buckets | None = None) -> None:
        """``quota`` requests at once, and as many again in ``window`` seconds."""
        self._allowance = Allowance(quota, window)
        self._buckets = OwnBuckets(time.monotonic) if buckets is None else buckets

    def take(self, caller: int) -> tuple[Rate, TooManyRequests | None]:
        """One request. What is left, and the refusal when nothing was; a refused request costs nothing."""
        drawn = self._buckets.take([Draw(f"caller:{caller}", self._allowance)])
        refusal = TooManyRequests(retry_after=drawn.wait) if drawn.wait else None
        quota, window, left = int(self._allowance.most), int(self._allowance.seconds), drawn.left[0]
        return Rate(quota, window, int(left), math.ceil(self._allowance.wait_for(left, quota))), refusal
