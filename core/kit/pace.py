"""A pace: how often each has a turn, so that one who is in a hurry leaves room for others."""

import time
from collections.abc import Callable


class Pace:
    """So many turns for each key at once; one that was used comes back after its share of so many seconds.

    They come back one by one: all of them at the same moment would hold everybody else up for as long as they take.
    """

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self.share = seconds / most  # seconds until one turn has come back
        self._seconds = seconds
        self._now = now
        self._whole: dict[str, float] = {}  # key: when all of its turns will have come back
        self._swept = now()
        self.held_back = False  # whether anybody was since this was last set back

    def lets(self, key: str) -> bool:
        """Whether it has a turn now, which is used then."""
        now = self._now()
        if now - self._swept >= self._seconds:
            self._whole = {each: whole for each, whole in self._whole.items() if whole > now}
            self._swept = now
        whole = max(self._whole.get(key, now), now) + self.share
        if whole > now + self._seconds + self.share / 1000:  # what floats lose
            self.held_back = True
            return False
        self._whole[key] = whole
        return True
