"""Token buckets: how often somebody may do something. A bucket fills again with time; an untouched one is full."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

MOST_BUCKETS: Final = 20_000  # the longest untouched is forgotten first: by then it is full again


@dataclass(frozen=True, slots=True)
class Allowance:
    """``most`` at once, and as many again in ``seconds``."""

    most: float
    seconds: float

    def times(self, factor: int) -> "Allowance":
        return Allowance(self.most * factor, self.seconds)

    def refilled(self, level: float, passed: float) -> float:
        return min(self.most, level + max(0.0, passed) * self.most / self.seconds)

    def wait_for(self, level: float, cost: float) -> float:
        """Seconds until ``cost`` is there; what costs more than a full bucket waits for a full one."""
        return max(0.0, (min(cost, self.most) - level) * self.seconds / self.most)


@dataclass(frozen=True, slots=True)
class Draw:
    """What somebody wants from one bucket."""

    key: str
    allowance: Allowance
    cost: float = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of it: the seconds to wait (0: it was taken), and what is left in each bucket."""

    wait: float
    left: tuple[float, ...]


class Buckets(Protocol):
    """Where the levels are kept. May be used by any thread."""

    def take(self, draws: Sequence[Draw]) -> Drawn:
        """From all of the buckets or from none; never raises."""


class OwnBuckets:
    """Levels in this process, forgotten with it. ``now`` in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> level, moment

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, draws: Sequence[Draw]) -> Drawn:
        with self._lock:
            now = self._now()
            levels = [self._level(each, now) for each in draws]
            wait = max(each.allowance.wait_for(level, each.cost) for each, level in zip(draws, levels, strict=True))
            left = tuple(level - (each.cost if not wait else 0) for each, level in zip(draws, levels, strict=True))
            for each, level in zip(draws, left, strict=True):  # a refusal too: after a clock was set back it goes on
                self._levels[each.key] = level, now
                self._levels.move_to_end(each.key)
            while len(self._levels) > MOST_BUCKETS:
                self._levels.popitem(last=False)
            return Drawn(wait, left)

    def _level(self, draw: Draw, now: float) -> float:
        level, since = self._levels.get(draw.key, (draw.allowance.most, now))
        return draw.allowance.refilled(level, now - since)
