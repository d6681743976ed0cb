"""A year's holidays from the package, and days of a CSV file: known years, what stays, every mistake at its line."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.calendar import CalendarDay, Span, WorkingCalendar
from core.engine.calendar_csv import read_days
from core.engine.calendar_spec import write_day
from core.engine.calendars.cn_office import CN_OFFICE, HOURS, WEEKLY
from core.engine.hours import segment
from core.engine.public_holidays import holidays_of, merged, source_of
from core.kit.errors import Invalid

PLAIN = WorkingCalendar("Asia/Shanghai", WEEKLY)


def with_year(calendar: WorkingCalendar, country: str, year: int, subdivision: str = "") -> WorkingCalendar:
    rows = holidays_of(calendar, country, subdivision, year)
    days = merged(calendar, rows, source_of(country, subdivision), year)
    return WorkingCalendar(calendar.zone.key, calendar.weekly, days.values())


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_a_chinese_year_is_the_one_that_comes_with_the_house(year: int) -> None:
    calendar = with_year(PLAIN, "CN", year)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [calendar.hours(day) for day in days] == [CN_OFFICE.hours(day) for day in days]
    assert calendar.knows(year) is CN_OFFICE.knows(year)


def test_a_make_up_day_has_the_hours_of_a_weekday() -> None:
    calendar = with_year(PLAIN, "CN", 2026)
    saturday = date(2026, 10, 10)
    assert (saturday.weekday(), calendar.hours(saturday)) == (5, HOURS)
    friday = datetime(2026, 10, 9, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert calendar.add(friday, Span(2, "h")) == datetime(2026, 10, 10, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_year_that_is_not_announced_is_only_expected() -> None:
    rows = holidays_of(PLAIN, "CN", "", 2027)
    assert rows
    assert not any(row.confirmed for row in rows)
    assert all(row.confirmed for row in holidays_of(PLAIN, "CN", "", 2026))


def test_days_after_the_moon_are_only_expected_and_the_others_are_not() -> None:
    rows = {row.day: row.confirmed for row in holidays_of(PLAIN, "AE", "", 2030)}
    assert rows[date(2030, 1, 1)]
    assert False in rows.values()


def test_a_subdivision_has_days_of_its_own() -> None:
    munich = WorkingCalendar("Europe/Berlin", WEEKLY)
    assert with_year(munich, "DE", 2026, "BY").hours(date(2026, 1, 6)) == ()
    assert with_year(munich, "DE", 2026).hours(date(2026, 1, 6)) == HOURS


def test_what_somebody_entered_stays_and_what_was_added_before_is_replaced() -> None:
    half = CalendarDay(date(2027, 10, 1), (segment("09:00-12:00"),), "值班")
    stale = CalendarDay(date(2027, 3, 1), (), "", False, "holidays:CN")
    other_year = CalendarDay(date(2026, 3, 2), (), "", True, "holidays:CN")
    singapore = CalendarDay(date(2027, 8, 9), (), "", True, "holidays:SG")
    after = with_year(WorkingCalendar("Asia/Shanghai", WEEKLY, [half, stale, other_year, singapore]), "CN", 2027)
    assert after.exceptions[half.day] == half
    assert stale.day not in after.exceptions
    assert {other_year.day, singapore.day, date(2027, 5, 3)} <= after.exceptions.keys()
    again = with_year(after, "CN", 2027)
    assert again.exceptions == after.exceptions


@pytest.mark.parametrize(
    "country, subdivision, year, pointer",
    [("XX", "", 2026, "/country"), ("CHN", "", 2026, "/country"), ("CN", "ZZ", 2026, "/subdivision"),
     ("DE", "XX", 2026, "/subdivision"), ("DE", "", 1980, "/year"), ("getattr", "", 2026, "/country")],
)  # fmt: skip
def test_what_nobody_knows_is_refused(country: str, subdivision: str, year: int, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        holidays_of(PLAIN, country, subdivision, year)
    assert [each.pointer for each in refused.value.problems] == [pointer]


def test_a_half_day_counts_half() -> None:
    [half] = read_days("day,hours,note\n2026-11-24,09:00-12:00,半天\n")
    calendar = WorkingCalendar("America/New_York", WEEKLY, [half])
    start = datetime(2026, 11, 23, 17, 0, tzinfo=ZoneInfo("America/New_York"))
    assert calendar.add(start, Span(5, "h")) == datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("America/New_York"))


def test_a_week_over_the_change_of_clocks_has_its_working_hours() -> None:
    for zone, change in (("Europe/London", date(2026, 3, 29)), ("America/New_York", date(2026, 11, 1))):
        calendar = WorkingCalendar(zone, WEEKLY)
        friday = datetime(change.year, change.month, change.day, 17, 0, tzinfo=ZoneInfo(zone)) - timedelta(days=2)
        monday = calendar.add(friday, Span(2, "h")).astimezone(ZoneInfo(zone))
        assert (monday.date(), monday.hour, monday.minute) == (change + timedelta(days=1), 10, 0)
        assert calendar.minutes(friday, monday) == 120


def test_a_file_is_read() -> None:
    text = '\ufeffDay, Hours, Note\r\n2027-05-01,,劳动节\r\n\r\n2027-05-08,09:00-12:00 13:30-18:00,"补班, 全天"\r\n'
    assert read_days(text) == [
        CalendarDay(date(2027, 5, 1), (), "劳动节"),
        CalendarDay(date(2027, 5, 8), HOURS, "补班, 全天"),
    ]


def test_every_mistake_is_told_with_its_line() -> None:
    text = (
        f"day,hours,note\n2027-13-01,,\n2027-05-01,nine,\n2027-05-02,,\n2027-05-02,,\n2027-05-03,,{'x' * 81}\n1,2,3,4\n"
    )
    with pytest.raises(Invalid) as refused:
        read_days(text)
    told = [(each.message["en"].split(":")[0], each.code) for each in refused.value.problems]
    assert told == [
        ("line 2", "calendar.day"),
        ("line 3", "calendar.hours"),
        ("line 5", "calendar.twice"),
        ("line 6", "calendar.note"),
        ("line 7", "calendar.csv_cells"),
    ]


@pytest.mark.parametrize("text", ["", "date,hours\n2027-01-01,\n", "hours\n\n", "day,day\n", "day,hours\n"])
def test_what_is_no_table_of_days_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_days(text)
    assert [each.pointer for each in refused.value.problems] == ["/csv"]


SEGMENTS = st.lists(st.integers(0, 1440), max_size=6, unique=True).map(
    lambda cuts: tuple((a, b) for a, b in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
)
ROWS = st.dictionaries(st.dates(date(2026, 1, 1), date(2028, 12, 31)), SEGMENTS, min_size=1, max_size=20)


@given(ROWS)
def test_what_is_written_as_csv_is_read_back(rows: dict[date, tuple[tuple[int, int], ...]]) -> None:
    days = [CalendarDay(day, hours) for day, hours in rows.items()]
    lines = [f"{write_day(row)['day']},{' '.join(write_day(row)['hours'])}" for row in days]
    assert read_days("\n".join(["day,hours", *lines])) == days


@given(st.text(max_size=200))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    found: list[object] = []
    try:
        found += read_days("day,hours,note\n" + text)
    except Invalid as refused:
        found += refused.problems
    assert found


@given(ROWS, st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.integers(1, 20_000))
def test_added_and_counted_back_are_inverse_whatever_the_exceptions(
    rows: dict[date, tuple[tuple[int, int], ...]], start: datetime, minutes: int
) -> None:
    zone = ZoneInfo("Europe/London")
    calendar = WorkingCalendar(zone.key, WEEKLY, [CalendarDay(day, hours) for day, hours in rows.items()])
    opened = calendar.next_open(start.replace(tzinfo=zone))
    end = calendar.add(opened, Span(minutes, "min"))
    assert calendar.minutes(opened, end) == minutes
    assert calendar.add(end, Span(-minutes, "min")) == opened
