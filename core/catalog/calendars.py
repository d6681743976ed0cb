"""Calendars: those that come with the house, and the agency's own over them; a change counts from the next look on."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from core.bus.deed import Deed
from core.catalog.tables import office_calendar
from core.commands.office import MOST_DAYS, AddHolidays, ImportDays, ReplanCases, SetCalendar
from core.engine.calendar import CalendarDay, WorkingCalendar
from core.engine.calendar_csv import read_days
from core.engine.calendar_ics import read_ics
from core.engine.calendar_spec import read_calendar, write_calendar, write_day
from core.engine.public_holidays import holidays_of, merged, source_of
from core.kit.errors import Invalid, NotFound, Problem
from core.ledger import timers
from core.store.reading import Lookup

PAUSE: Final = timedelta(seconds=1)  # between two parts of a re-plan, so that other timers get their turn


class LivingCalendars:
    """Looks calendars up by name. Built ones are kept by their edition: every process sees a change at once."""

    def __init__(self, built_in: Mapping[str, WorkingCalendar], office: str) -> None:
        self.built_in = built_in
        self._office = office
        self._kept: dict[str, tuple[int, WorkingCalendar]] = {}

    def of(self, lookup: Lookup, name: str) -> WorkingCalendar:
        """Raises NotFound for a name that nobody knows."""
        row = lookup.first(office_calendar, name=name)
        if row is None:
            if name not in self.built_in:
                raise NotFound(thing="calendar", id=name)
            return self.built_in[name]
        edition, calendar = self._kept.get(name, (-1, None))
        if calendar is None or edition != row["version"]:
            calendar = read_calendar(row["hours"])
            self._kept[name] = (row["version"], calendar)
        return calendar

    def office(self, lookup: Lookup) -> WorkingCalendar:
        """The hours of the office itself, whatever a case is about."""
        return self.of(lookup, self._office)

    def names(self, lookup: Lookup) -> list[str]:
        return sorted({*self.built_in, *(row["name"] for row in lookup.find(office_calendar))})

    def data(self, lookup: Lookup, name: str) -> dict[str, Any]:
        """As it is sent and kept. Raises NotFound."""
        return write_calendar(self.of(lookup, name))


def set_calendar(command: SetCalendar, deed: Deed) -> None:
    """Raises Invalid with every mistake; NotFound for one that is to be changed and is not there."""
    living: LivingCalendars = deed.tool("calendars")
    deed.uow.need(f"{office_calendar.name}:{command.name}")
    known = command.name in living.names(deed.uow)
    if command.new and known:
        words = {"zh-CN": "已有这个名称的日历", "en": "there is a calendar of this name"}
        raise Invalid(problems=[Problem("/name", "calendar.exists", words)])
    if not command.new and not known:
        raise NotFound(thing="calendar", id=command.name)
    _keep(command.name, command.model_dump(mode="json", include={"zone", "week", "days"}), deed)


def add_holidays(command: AddHolidays, deed: Deed) -> tuple[int, int, int]:
    """Returns how many days were added, how many of them are only expected, and how many were kept as they stood
    because they come from elsewhere. Raises NotFound; Invalid for a country or year that nobody knows."""
    calendar = _of(command.name, deed)
    rows = holidays_of(calendar, command.country, command.subdivision, command.year)
    source = source_of(command.country, command.subdivision)
    after = merged(calendar, rows, source, command.year)
    _keep_days(command.name, calendar, after, deed)
    added = [row for row in after.values() if (row.source, row.day.year) == (source, command.year)]
    return len(added), sum(not row.confirmed for row in added), len(rows) - len(added)


def import_days(command: ImportDays, deed: Deed) -> list[dict[str, Any]]:
    """Returns the days that were read, as they are written. Raises NotFound; Invalid with every mistake and its
    line."""
    calendar = _of(command.name, deed)
    found = days_of(calendar, command.csv, command.ics)
    if not command.preview:
        _keep_days(command.name, calendar, {**calendar.exceptions, **{row.day: row for row in found}}, deed)
    return [write_day(row) for row in found]


def days_of(calendar: WorkingCalendar, csv: str, ics: str) -> list[CalendarDay]:
    """The days of whichever of the two texts is there. Raises Invalid."""
    if bool(csv) is bool(ics):
        words = {"zh-CN": "请填写 csv 或 ics 其中之一", "en": "write either csv or ics"}
        raise Invalid(problems=[Problem("/csv", "calendar.one_file", words)])
    return read_ics(ics, calendar) if ics else read_days(csv)


def _of(name: str, deed: Deed) -> WorkingCalendar:
    living: LivingCalendars = deed.tool("calendars")
    deed.uow.need(f"{office_calendar.name}:{name}")
    return living.of(deed.uow, name)


def _keep_days(name: str, calendar: WorkingCalendar, days: Mapping[date, CalendarDay], deed: Deed) -> None:
    if len(days) > MOST_DAYS:
        words = {"zh-CN": f"一个日历最多 {MOST_DAYS} 个特殊日期", "en": f"a calendar has at most {MOST_DAYS} days"}
        raise Invalid(problems=[Problem("", "calendar.too_many", words)])
    hours = write_calendar(WorkingCalendar(calendar.zone.key, calendar.weekly, days.values()))
    if hours != write_calendar(calendar):
        _keep(name, hours, deed)


def _keep(name: str, hours: dict[str, Any], deed: Deed) -> None:
    """What hangs on it is planned again a moment later: a case that is just being moved by the old hours is seen then,
    and one that is opened later goes by the new ones anyway."""
    read_calendar(hours)
    kept = {"hours": hours, "changed_at": deed.now, "changed_by": deed.actor.id}
    row = deed.uow.first(office_calendar, name=name)
    if row is None:
        deed.uow.add(office_calendar, name=name, **kept)
    else:
        deed.uow.change(office_calendar, row["id"], **kept)
    replan(name, 0, deed)


def replan(name: str, after: int, deed: Deed) -> None:
    """The cases behind this id are looked at next, in a moment; one chain per calendar, and the newest counts."""
    timers.plan(
        deed.uow,
        f"replan:{name}",
        deed.now + PAUSE,
        ReplanCases(name=name, after=after),
        case_id=None,
        scope="calendar",
    )


def unknown_calendar(name: str, known: Iterable[str]) -> list[Problem]:
    """A problem of a flow whose calendar nobody knows."""
    if name in known:
        return []
    names = sorted(known)
    zh, en = f"没有日历 {name}，可用：{'、'.join(names)}", f"there is no calendar {name}; there are {', '.join(names)}"
    return [Problem("/calendar", "flow.calendar", {"zh-CN": zh, "en": en})]
