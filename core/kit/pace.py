"""A pace: how often each has a turn in a stretch of time, so that one who is in a hurry leaves room for others."""

import time
from collections import Counter
from collections.abc import Callable


class Pace:
    """At most so many turns for each key in every stretch of so many seconds."""

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._now = now
        self._began = now()
        self._turns = Counter[str]()

    def lets(self, key: str) -> bool:
        """Whether it has a turn now, which is counted."""
        now = self._now()
        if now - self._began >= self._seconds:
            self._began = now
            self._turns.clear()
        if self._turns[key] >= self._most:
            return False
        self._turns[key] += 1
        return True
