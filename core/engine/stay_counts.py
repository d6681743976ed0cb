"""Counting stays: nights in a place, and days of presence within a window of days. Exact, and without going day by day:
a stay may last for years.

A night belongs to the day on whose evening it begins. A day of entry and a day of exit are both days of presence
(Regulation (EU) 2016/399, Article 6(1)). What several stays share is counted once.
"""

from collections.abc import Iterable, Sequence
from datetime import date

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
    return _within(_present(stays), days, until.toordinal())


def most_within(stays: Sequence[Stay], days: int, over: Sequence[Stay]) -> int:
    """The largest such count over every day of ``over``; 0 where that is empty.

    From one day to the next the count grows when the new day is one of presence and shrinks when the one that falls
    out of the window was. So within a stay it is largest on its first or last day, on a last day of presence, or on the
    last day before a first day of presence falls out: no other day can be above its neighbours.
    """
    present, most = _present(stays), 0
    for start, end in _present(over):
        turning = {start, end - 1}
        turning |= {last for _, stop in present for last in [stop - 1] if start <= last < end}
        turning |= {last for begin, _ in present for last in [begin + days - 1] if start <= last < end}
        most = max(most, *(_within(present, days, day) for day in turning))
    return most


def _present(stays: Iterable[Stay]) -> list[_Span]:
    return _joined([(each.first.toordinal(), each.last.toordinal() + 1) for each in stays])


def _within(present: Iterable[_Span], days: int, last: int) -> int:
    return sum(max(0, min(end, last + 1) - max(start, last + 1 - days)) for start, end in present)


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """The same days, none of them twice, in their order."""
    joined: list[_Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
