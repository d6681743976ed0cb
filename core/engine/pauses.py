"""Limits that stand still: what is left of one when it stops, and where it lies when it goes on."""

from collections.abc import Iterable
from datetime import datetime

from core.engine.calendar import Span, WorkingCalendar

Pause = tuple[datetime, datetime]  # from, until
_CALENDAR_TIME = ("cd", "w")


def after_pause(calendar: WorkingCalendar, span: Span, due: datetime, pause: Pause) -> datetime:
    """Where a limit of ``span`` lies that was at ``due`` when it stopped, now that it goes on.

    What was left is kept: whole working minutes, of a limit in calendar days or weeks the time as it is. One that had
    passed has passed by as much.
    """
    since, until = pause
    if span.unit in _CALENDAR_TIME:
        return until + (due - since)
    return calendar.add(until, Span(calendar.minutes(since, due), "min"))


def limit(calendar: WorkingCalendar, span: Span, entered: datetime, pauses: Iterable[Pause]) -> datetime:
    """The limit of a stage that was entered then and has stood still meanwhile; ``pauses`` in their order. Asked again
    after the calendar was changed, it is reckoned by the new hours from the start: nothing counts twice."""
    due = calendar.add(entered, span)
    for pause in pauses:
        due = after_pause(calendar, span, due, pause)
    return due


def paused_minutes(calendar: WorkingCalendar, pauses: Iterable[Pause], since: datetime, until: datetime) -> int:
    """Working minutes between two moments that lie in pauses."""
    parts = ((max(start, since), min(end, until)) for start, end in pauses)
    return sum(calendar.minutes(start, end) for start, end in parts if start < end)
