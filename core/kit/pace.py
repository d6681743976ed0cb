"""A pace: how often each has a turn, so that one who is in a hurry leaves room for others."""

import time
from collections.abc import Callable


class Pace:
    """So many turns for each key at once; one that was used comes back after its share of so many seconds.

    They come back one by one: all of them at the same moment would hold everybody else up for as long as they take.
    """

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._share = seconds / most  # seconds until one turn has come back
        self._seconds = seconds
        self._now = now
        self._whole: dict[str, float] = {}  # key: when all of its turns will have come back
        self._swept = now()

    def lets(self, key: str) -> bool:
        """Whether it has a turn now, which is used then."""
        now = self._now()
        if now - self._swept >= self._seconds:
            self._whole = {each: whole for each, whole in self._whole.items() if whole > now}
            self._swept = now
        whole = max(self._whole.get(key, now), now) + self._share
        if whole > now + self._seconds + self._share / 1000:  # what floats lose
            return False
        self._whole[key] = whole
        return True

    def hurried(self) -> bool:
        """Whether anybody has used more than half of his turns, so that he may be held back."""
        half = self._now() + self._seconds / 2
        return any(whole > half for whole in self._whole.values())
