"""When a rule about a moment acts."""

from datetime import date, datetime, time
from typing import Final

from core.engine.calendar import WorkingCalendar
from core.engine.spec_rules import At

MORNING: Final = time(9)  # when a rule about a date acts, in the calendar's zone


def moment(at: At, anchor: datetime | date, calendar: WorkingCalendar) -> datetime:
    """``anchor`` is the stage's limit, or a day of a field. Raises ValueError as WorkingCalendar.add does."""
    start = anchor if isinstance(anchor, datetime) else datetime.combine(anchor, MORNING, calendar.zone)
    return calendar.add(start, at.offset)
