"""A year's public holidays and make-up working days of a country, from the package `holidays`."""

from datetime import date

import holidays
from holidays import HolidayBase

from core.engine.calendar import CalendarDay, WorkingCalendar
from core.kit.errors import Invalid, Problem

MAKE_UP = "调休上班 / working day"
MOST_NOTE = 80  # characters of a note


def source_of(country: str, subdivision: str = "") -> str:
    """What stands at a row that came from the package."""
    return f"holidays:{country}-{subdivision}" if subdivision else f"holidays:{country}"


def holidays_of(calendar: WorkingCalendar, country: str, subdivision: str, year: int) -> list[CalendarDay]:
    """The rows of a year, by day: holidays without hours, make-up days with those of the first weekday that has any.

    A row is confirmed if the package knows it. It only expects those whose date depends on the moon's being seen, and
    every day of a year whose moved days the country's government has not announced yet. Raises Invalid for a country,
    subdivision or year that the package does not know.
    """
    found = _asked(country, subdivision, year)
    known = not found.has_substituted_holidays or year <= max(_announced(found), default=0)
    source = source_of(country, subdivision)
    rows = {
        day: CalendarDay(day, (), name[:MOST_NOTE], known and not _estimated(found, name), source)
        for day, name in found.items()
    }
    hours = next(each for each in calendar.weekly if each)
    made_up = [day for day in found.weekend_workdays if day.year == year]
    rows |= {day: CalendarDay(day, hours, MAKE_UP, known, source) for day in made_up}
    return [rows[day] for day in sorted(rows)]


def merged(calendar: WorkingCalendar, rows: list[CalendarDay], source: str, year: int) -> dict[date, CalendarDay]:
    """The calendar's exceptions with these: rows of the same source and year go, a day from anywhere else stays."""
    stays = {day: row for day, row in calendar.exceptions.items() if (row.source, day.year) != (source, year)}
    return {row.day: row for row in rows} | stays


def _asked(country: str, subdivision: str, year: int) -> HolidayBase:
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        words = {
            "zh-CN": f"没有国家代码 {country} 的节假日，请写 ISO 3166 两位代码，如 CN、SG",
            "en": f"no holidays are known of {country}; write the two letters of ISO 3166, such as CN or SG",
        }
        raise Invalid(problems=[Problem("/country", "calendar.country", words)])
    if subdivision and subdivision not in known[country]:
        names = ", ".join(known[country])
        zh, en = (f"可用：{names}", f"there are {names}") if names else ("该国没有地区之分，请留空", "leave it empty")
        words = {"zh-CN": f"{country} 没有地区 {subdivision}；{zh}", "en": f"{country} has no {subdivision}; {en}"}
        raise Invalid(problems=[Problem("/subdivision", "calendar.subdivision", words)])
    kind = getattr(holidays, country)
    found: HolidayBase = kind(years=year, subdiv=subdivision or None, language=kind.default_language, expand=False)
    if not found:
        words = {
            "zh-CN": f"{country} 没有 {year} 年的节假日，可用 {kind.start_year} 至 {kind.end_year} 年",
            "en": f"no holidays of {country} are known for {year}; there are {kind.start_year} to {kind.end_year}",
        }
        raise Invalid(problems=[Problem("/year", "calendar.year", words)])
    return found


def _announced(found: HolidayBase) -> list[int]:
    """Years whose moved days the package has."""
    return [int(year) for year in getattr(found, "special_public_holidays", {})]


def _estimated(found: HolidayBase, name: str) -> bool:
    labels = (getattr(found, each, None) for each in ("estimated_label", "observed_estimated_label"))
    return any(label and found.tr(label).replace("%s", "").strip() in name for label in labels)
