"""Opening hours laid out as ranges of time, with sums that make measuring and adding a binary search."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

Segment = tuple[int, int]  # from, until: minutes since local midnight, 0 to 1440

_SEGMENT = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY_MINUTES = 24 * 60


def segment(text: str) -> Segment:
    """Read "09:00-12:00"; the end may be 24:00. Raises ValueError."""
    match = _SEGMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a range of hours: write 09:00-12:00")
    return checked([(int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4]))])[0]


def checked(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """The segments as they are. Raises ValueError if they overlap, run backwards or leave the day."""
    until = 0
    kept = tuple(segments)
    for opens, closes in kept:
        if not until <= opens < closes <= _DAY_MINUTES:
            raise ValueError(f"hours {kept} must rise within one day and not overlap; split a night at 24:00")
        until = closes
    return kept


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime: integers, so that sums are exact."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The moment in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class OpenYear:
    """The open ranges that begin on the local dates of one year, in order, in microseconds since 1970.

    ``before[i]`` is the open time of the year before range i; ``total`` that of the whole year.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def worked(self, micros: int) -> int:
        """Open time of this year until the moment."""
        index = bisect_right(self.starts, micros) - 1
        if index < 0:
            return 0
        return self.before[index] + min(micros, self.ends[index]) - self.starts[index]

    def first_moment(self, worked: int) -> int:
        """The earliest moment at which ``worked`` (above 0, at most the total) is reached."""
        index = bisect_left(self.before, worked) - 1
        return self.starts[index] + worked - self.before[index]

    def last_moment(self, worked: int) -> int:
        """The latest moment at which no more than ``worked`` (0 up to less than the total) has passed."""
        index = bisect_right(self.before, worked) - 1
        return self.starts[index] + worked - self.before[index]

    def open_at_or_after(self, micros: int) -> int | None:
        """The moment itself if it is open, else the next opening of this year, else None."""
        index = bisect_right(self.ends, micros)
        return max(micros, self.starts[index]) if index < len(self.starts) else None

    def closed_at_or_before(self, micros: int) -> int | None:
        """The moment itself within a range or at its end, else the last closing of this year, else None."""
        index = bisect_left(self.starts, micros) - 1
        return min(micros, self.ends[index]) if index >= 0 else None


def open_day(day: date, zone: ZoneInfo, segments: Sequence[Segment]) -> list[tuple[int, int]]:
    """The open ranges that begin on a local date, in microseconds; they never overlap.

    A wall-clock time that is skipped means as much later, one that happens twice means the first.
    """
    ranges: list[tuple[int, int]] = []
    for opens, closes in segments:
        start, end = _wall(day, opens, zone), _wall(day, closes, zone)
        if ranges:
            start = max(start, ranges[-1][1])
        if start < end:
            ranges.append((start, end))
    return ranges


def open_year(year: int, zone: ZoneInfo, hours: Callable[[date], Sequence[Segment]]) -> OpenYear:
    """Lay out one local year."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=index) for index in range((date(year, 12, 31) - first).days + 1))
    ranges = [found for day in days for found in open_day(day, zone, hours(day))]
    sums = list(accumulate((end - start for start, end in ranges), initial=0))
    return OpenYear(
        starts=tuple(start for start, _ in ranges),
        ends=tuple(end for _, end in ranges),
        before=tuple(sums[:-1]),
        total=sums[-1],
    )


def _wall(day: date, minutes: int, zone: ZoneInfo) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return to_micros((midnight + timedelta(minutes=minutes)).astimezone(UTC))
