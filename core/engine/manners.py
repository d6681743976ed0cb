"""Manners: when the house may write to somebody by itself, and the days on which a client is reminded. Pure.

The one place for quiet hours. Everything is decided on the clock that hangs on the reader's wall.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.engine.calendar import WorkingCalendar
from core.engine.ladder import Ladder

_TRIES = 400  # openings of an office that are looked at for one outside the quiet hours


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day until another, over midnight if need be; the same time twice means that none is quiet."""

    begins: time = time(21)
    ends: time = time(9)

    def holds(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether nobody may be disturbed at this moment."""
        now = at.astimezone(zone).time()
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

    def after(self, at: datetime, zone: ZoneInfo) -> datetime:
        """This moment if it is not quiet, else the end of the quiet hours; in UTC."""
        if not self.holds(at, zone):
            return at.astimezone(UTC)
        local = at.astimezone(zone)
        day = local.date() if local.time() < self.ends else local.date() + timedelta(days=1)
        return wall(day, self.ends, zone)


@dataclass(frozen=True, slots=True)
class Manners:
    """What an agency has settled: quiet hours, how many days before a limit a client is reminded, and when; and who is
    told after how many hours when work is overdue."""

    quiet: QuietHours = QuietHours()
    days: tuple[int, ...] = (7, 3, 1, 0)
    hour: time = time(9)
    ladder: Ladder = field(default_factory=Ladder)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One case that waits for its client: the local day of its limit, when it began to wait, days before the limit."""

    due: date
    since: date
    days: tuple[int, ...]


def next_reminder(
    wanted: Iterable[Wanted],
    now: datetime,
    zone: ZoneInfo,
    manners: Manners,
    *,
    reminded: date | None = None,
    snoozed: date | None = None,
) -> datetime | None:
    """When a client is reminded next, of everything at once; None when no day is left.

    1. Days that lie before the last reminder are settled by it, and so is the day on which the case began to wait.
    2. He asked for another day (`snoozed`): nothing comes before it, and something comes on it.
    3. A day that was missed is made up for on the next possible one, once for all that were missed.
    4. Never twice on a day (`reminded`), never in quiet hours.
    """
    days = [
        day
        for each in wanted
        for before in each.days
        if (day := each.due - timedelta(days=before)) > each.since and (reminded is None or day > reminded)
    ]
    asked = snoozed is not None and (reminded is None or snoozed > reminded)
    if not days and not asked:
        return None
    first = snoozed if asked and snoozed is not None else min(days)
    if reminded is not None:
        first = max(first, reminded + timedelta(days=1))
    at = max(wall(first, manners.hour, zone), now)
    return manners.quiet.after(at, zone)


def decent(at: datetime, calendar: WorkingCalendar, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """This moment if the office is open and nobody's hours are quiet, else the next that is both. Where the quiet hours
    leave no working time at all, they come first."""
    for _ in range(_TRIES):
        moment = quiet.after(calendar.next_open(at), zone)
        if moment == at:
            break
        at = moment
    return at


def wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time of day in a zone as a moment in UTC; one that the clock skips comes as much later."""
    return datetime.combine(day, at, zone).astimezone(UTC)
