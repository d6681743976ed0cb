"""Putting something off: until when, as people of the office's zone count."""

from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Until = Literal["hour", "tomorrow"]

HOUR = timedelta(hours=1)
MORNING = time(9)  # "tomorrow"


def put_off(now: datetime, until: Until, zone: ZoneInfo) -> datetime:
    """An hour from now, or nine in the morning of the next day."""
    if until == "hour":
        return now + HOUR
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, MORNING, zone)
