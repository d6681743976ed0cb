"""Working calendars: an agency's own hours and holidays, which count from the moment when they are written."""

from typing import Annotated

from fastapi import Path

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.calendars import (
    Calendar,
    CalendarHours,
    CalendarLine,
    CalendarList,
    NewCalendar,
    calendar_of,
)
from core.catalog.calendars import LivingCalendars
from core.catalog.tables import office_calendar
from core.commands.office import SetCalendar
from core.store.reading import Lookup, Reader

CALENDARS = section("calendars")
Name = Annotated[Words, Path(max_length=40)]


def _edition(lookup: Lookup, name: str) -> object:
    """One that comes with the house has an edition as well, so that the first change of it is guarded."""
    row = lookup.first(office_calendar, name=name)
    return (name, None if row is None else row["version"])


CALENDAR = Tagged(office_calendar.name, "calendar_name", _edition)


@CALENDARS.operation("GET", "/calendars", may("flow.read"))
def list_calendars(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> CalendarList:
    """Every calendar that a flow may name."""
    living = _living(desk)
    with desk.look() as reader:
        names, following = page_of(living.names(reader), lambda name: (name,), cursor, limit)
        lines = [
            CalendarLine(name=name, own=_own(reader, name), zone=living.of(reader, name).zone.key) for name in names
        ]
    return CalendarList(calendars=lines, next=following)


@CALENDARS.operation("GET", "/calendars/{calendar_name}", may("flow.read"), tagged=CALENDAR)
def read_calendar(desk: AtDesk, calendar_name: Name) -> Calendar:
    """A calendar: its week, and the days that are otherwise."""
    return _calendar(desk, calendar_name)


@CALENDARS.operation("POST", "/calendars", does(SetCalendar), status=201)
def add_calendar(desk: AtDesk, body: NewCalendar) -> Calendar:
    """Add a calendar that flows may name."""
    desk.do(command_of(SetCalendar, {**body.model_dump(), "new": True}))
    return _calendar(desk, body.name)


@CALENDARS.operation("PUT", "/calendars/{calendar_name}", does(SetCalendar), tagged=CALENDAR, guarded=True)
def write_calendar(desk: AtDesk, calendar_name: Name, body: CalendarHours) -> Calendar:
    """Write a calendar anew. It counts at once, in every process; what was planned before stays as it was planned."""
    with desk.look() as reader:
        known = calendar_name in _living(desk).names(reader)
    name = calendar_name if known else "none"  # the handler answers that it is not there, once the right is asked
    desk.do(command_of(SetCalendar, {"name": name, **body.model_dump()}))
    return _calendar(desk, calendar_name)


def _calendar(desk: Desk, name: str) -> Calendar:
    with desk.look() as reader:
        return calendar_of(name, _living(desk).data(reader, name), own=_own(reader, name))


def _own(reader: Reader, name: str) -> bool:
    return reader.first(office_calendar, name=name) is not None


def _living(desk: Desk) -> LivingCalendars:
    living: LivingCalendars = desk.parts.bus.wiring.tools["calendars"]
    return living
