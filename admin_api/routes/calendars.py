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
    DayOut,
    DaysAdded,
    HolidaysAdded,
    NewCalendar,
    NewDays,
    NewHolidays,
    calendar_of,
)
from core.catalog.calendars import LivingCalendars
from core.catalog.tables import office_calendar
from core.commands.office import AddHolidays, ImportDays, SetCalendar
from core.store.reading import Lookup, Reader
from core.views.calendars import open_cases

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
    """Write a calendar anew. It counts at once, in every process; open cases that go by it are planned again."""
    desk.do(command_of(SetCalendar, {"name": _known(desk, calendar_name), **body.model_dump()}))
    return _calendar(desk, calendar_name)


@CALENDARS.operation("POST", "/calendars/{calendar_name}/holidays", does(AddHolidays), errors=[404])
def add_holidays(desk: AtDesk, calendar_name: Name, body: NewHolidays) -> HolidaysAdded:
    """Add a year's public holidays and make-up working days of a country.

    What was added for this country and year before is replaced, a day from anywhere else stays as it is. Days that the
    government has not announced yet come as expected (`confirmed: false`): add the year again once it has.
    """
    done = desk.do(command_of(AddHolidays, {"name": _known(desk, calendar_name), **body.model_dump()}))
    added, expected, kept = done
    return HolidaysAdded(added=added, expected=expected, kept=kept, open_cases=_open_cases(desk, calendar_name))


@CALENDARS.operation("POST", "/calendars/{calendar_name}/days", does(ImportDays), errors=[404])
def import_days(desk: AtDesk, calendar_name: Name, body: NewDays) -> DaysAdded:
    """Add days from a CSV or an iCalendar text.

    A day that stands there already is replaced; with one mistake nothing is kept. An event of several days is as many
    days; its summary becomes their note. Events that repeat or have an hour are refused.
    """
    rows = desk.do(command_of(ImportDays, {"name": _known(desk, calendar_name), **body.model_dump()}))
    days = [DayOut(**each) for each in rows]
    return DaysAdded(days=len(days), rows=days, open_cases=_open_cases(desk, calendar_name))


def _known(desk: Desk, name: str) -> str:
    """The handler answers that one is not there, once the right is asked."""
    with desk.look() as reader:
        return name if name in _living(desk).names(reader) else "none"


def _open_cases(desk: Desk, name: str) -> int:
    with desk.look() as reader:
        return open_cases(reader, desk.parts.bus.wiring.tools["catalogue"], name)


def _calendar(desk: Desk, name: str) -> Calendar:
    with desk.look() as reader:
        data, catalogue = _living(desk).data(reader, name), desk.parts.bus.wiring.tools["catalogue"]
        return calendar_of(name, data, own=_own(reader, name), open_cases=open_cases(reader, catalogue, name))


def _own(reader: Reader, name: str) -> bool:
    return reader.first(office_calendar, name=name) is not None


def _living(desk: Desk) -> LivingCalendars:
    living: LivingCalendars = desk.parts.bus.wiring.tools["calendars"]
    return living
