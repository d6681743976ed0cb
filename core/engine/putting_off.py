"""Putting something off: until when, as people of the office count."""

from datetime import datetime, time, timedelta
from typing import Literal

from core.engine.calendar import WorkingCalendar

Until = Literal["hour", "tomorrow"]

HOUR = timedelta(hours=1)
MORNING = time(9)  # "tomorrow"
_FAR = 400  # days in which a working day must be found


def put_off(now: datetime, until: Until, calendar: WorkingCalendar) -> datetime:
    """An hour from now, or nine in the morning of the next working day. Raises ValueError when none comes."""
    if until == "hour":
        return now + HOUR
    day = now.astimezone(calendar.zone).date()
    for _ in range(_FAR):
        day += timedelta(days=1)
        if calendar.hours(day):
            return datetime.combine(day, MORNING, calendar.zone)
    raise ValueError(f"no working day within {_FAR} days of {now.isoformat()}")
