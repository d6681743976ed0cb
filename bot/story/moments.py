"""Moments of a story: local time of the flow's calendar, written 2026-03-02 10:00."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.story.memory import Memory
from bot.story.reader import MOMENT
from core.engine.calendar import WorkingCalendar


def start_of(clock: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(clock, MOMENT).replace(tzinfo=zone)


def zone_calendar(memory: Memory) -> WorkingCalendar:
    agency = memory.world.agency
    with agency.reading.open() as reader:
        return agency.house.calendars.of(reader, memory.cast.flow.calendar)


def local(moment: str, memory: Memory) -> datetime:
    return start_of(moment, zone_calendar(memory).zone)


def said(moment: datetime | None, memory: Memory) -> str:
    """As a story writes it; empty for no moment."""
    return "" if moment is None else moment.astimezone(zone_calendar(memory).zone).strftime(MOMENT)
