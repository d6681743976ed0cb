"""Calendars: those that come with the house, and the agency's own over them; a change counts from the next look on."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.bus.deed import Deed
from core.catalog.tables import office_calendar
from core.commands.office import SetCalendar
from core.engine.calendar import WorkingCalendar
from core.engine.calendar_spec import read_calendar, write_calendar
from core.kit.errors import Invalid, NotFound, Problem
from core.store.reading import Lookup


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
    hours = command.model_dump(mode="json", include={"zone", "week", "days"})
    read_calendar(hours)
    kept = {"hours": hours, "changed_at": deed.now, "changed_by": deed.actor.id}
    row = deed.uow.first(office_calendar, name=command.name)
    if row is None:
        deed.uow.add(office_calendar, name=command.name, **kept)
    else:
        deed.uow.change(office_calendar, row["id"], **kept)


def unknown_calendar(name: str, known: Iterable[str]) -> list[Problem]:
    """A problem of a flow whose calendar nobody knows."""
    if name in known:
        return []
    names = sorted(known)
    zh, en = f"没有日历 {name}，可用：{'、'.join(names)}", f"there is no calendar {name}; there are {', '.join(names)}"
    return [Problem("/calendar", "flow.calendar", {"zh-CN": zh, "en": en})]
