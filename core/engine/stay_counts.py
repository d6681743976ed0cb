"""Counting stays: nights in a place, and days of presence within a window of days. Exact, and without going day by day:
a stay may last for years.

A night belongs to the day on whose evening it begins. A day of entry and a day of exit are both days of presence
(Regulation (EU) 2016/399, Article 6(1)). What several stays share is counted once.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import accumulate

from core.engine.stays import Stay

_Span = tuple[int, int]  # ordinals of days, the end not included


def nights(stays: Sequence[Stay], place: str | None = None) -> int:
    """Nights that are spent in this place; None: anywhere."""
    spans = [(each.first.toordinal(), each.last.toordinal()) for each in stays if place in (None, each.place)]
    return sum(end - start for start, end in _joined(spans))


def most_nights(stays: Sequence[Stay]) -> str | None:
    """The place with the most nights; of equals the one that is entered first, and of those the one that is named
    first. None where there is no stay."""
    entered: dict[str, date] = {}
    for each in stays:
        entered[each.place] = min(each.first, entered.get(each.place, each.first))
    return max(entered, key=lambda place: (nights(stays, place), -entered[place].toordinal()), default=None)


def days_within(stays: Sequence[Stay], days: int, until: date) -> int:
    """Days of presence among the ``days`` days that end with this one."""
    before = _days_before(_present(stays))
    return before(until.toordinal() + 1) - before(until.toordinal() + 1 - days)


def most_within(stays: Sequence[Stay], days: int, over: Sequence[Stay]) -> int:
    """The largest such count over every day of ``over``; 0 where that is empty.

    From one day to the next the count grows when the new day is one of presence and shrinks when the one that falls
    out of the window was. So within a stay it is largest on its first or last day, on a last day of presence, or on the
    last day before a first day of presence falls out: no other day can be above its neighbours.
    """
    present, most = _present(stays), 0
    before = _days_before(present)
    turning = sorted({stop - 1 for _, stop in present} | {begin + days - 1 for begin, _ in present})
    for start, end in _present(over):
        here = turning[bisect_left(turning, start) : bisect_left(turning, end)]
        most = max(most, *(before(day + 1) - before(day + 1 - days) for day in (start, *here, end - 1)))
    return most


def _present(stays: Iterable[Stay]) -> list[_Span]:
    return _joined([(each.first.toordinal(), each.last.toordinal() + 1) for each in stays])


def _days_before(present: Sequence[_Span]) -> Callable[[int], int]:
    """How many days of presence lie before a day; found without looking at every span."""
    starts = [start for start, _ in present]
    sums = [0, *accumulate(end - start for start, end in present)]

    def before(day: int) -> int:
        at = bisect_left(starts, day)
        return 0 if at == 0 else sums[at - 1] + min(present[at - 1][1], day) - starts[at - 1]

    return before


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """The same days, none of them twice, in their order."""
    joined: list[_Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
