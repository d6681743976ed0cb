"""Working time: known dates of the Chinese calendar, laws that hold for any span, and clocks that change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from core.engine.calendar import CalendarDay, Span, WorkingCalendar
from core.engine.calendars.cn_office import CN_OFFICE
from core.engine.calendars.known import CALENDARS
from core.engine.hours import Segment, segment

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = [[segment("09:00-12:00"), segment("13:30-18:00")]] * 5 + [[], []]
ROUND_THE_CLOCK = [[segment("00:00-24:00")]] * 7
NIGHT = [[segment("00:00-04:00"), segment("22:00-24:00")]] * 7


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def local(moment: datetime, zone: str = "Asia/Shanghai") -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def add(start: str, span: str, calendar: WorkingCalendar = CN_OFFICE) -> str:
    zone = calendar.zone.key
    return local(calendar.add(at(start, zone), Span.parse(span)), zone)


@pytest.mark.parametrize(
    "start, span, end",
    [
        ("2025-01-27 17:30", "2h", "2025-02-05 10:30"),  # over Spring Festival
        ("2026-02-13 17:30", "1h", "2026-02-14 09:30"),  # into a working Saturday
        ("2026-02-14 17:00", "2h", "2026-02-24 10:00"),  # 02-16..20 and 02-23 are off, 02-22 is a Sunday
        ("2026-11-23 11:30", "60min", "2026-11-23 14:00"),  # over lunch
        ("2026-11-23 17:30", "30min", "2026-11-23 18:00"),  # ends at closing, not at the next opening
        ("2026-11-23 20:00", "30min", "2026-11-24 09:30"),
        ("2026-11-21 10:00", "1min", "2026-11-23 09:01"),  # a Saturday
        ("2026-11-23 10:00", "1d", "2026-11-24 10:00"),
        ("2026-11-20 10:00", "2d", "2026-11-24 10:00"),
        ("2026-11-23 12:30", "1d", "2026-11-24 13:30"),  # counts from the next opening
        ("2026-11-23 18:00", "1d", "2026-11-24 18:00"),  # closing time belongs to the day
        ("2026-11-21 10:00", "1d", "2026-11-24 09:00"),
        ("2026-09-30 15:00", "7d", "2026-10-15 15:00"),  # 10-10 is a working Saturday
        ("2026-11-23 10:00", "1cd", "2026-11-24 10:00"),
        ("2026-09-30 15:00", "3cd", "2026-10-03 15:00"),
        ("2026-11-23 10:00", "2w", "2026-12-07 10:00"),
        ("2026-11-23 10:00", "-3cd", "2026-11-20 10:00"),
        ("2026-11-23 10:00", "-2h", "2026-11-20 17:00"),
        ("2026-11-23 14:30", "-1h", "2026-11-23 13:30"),  # the latest such moment: after lunch, not before
        ("2026-11-23 14:30", "-2h", "2026-11-23 11:00"),
        ("2026-11-23 10:00", "-1d", "2026-11-20 10:00"),
        ("2026-11-22 10:00", "-1d", "2026-11-19 18:00"),  # a Sunday counts from the last closing, Friday's
        ("2026-11-23 12:45", "-1d", "2026-11-20 12:00"),
        ("2025-12-31 17:00", "2h", "2026-01-04 10:00"),  # over the year, into a working Sunday
        ("2026-01-04 10:00", "-2h", "2025-12-31 17:00"),
        ("2026-01-04 12:30", "-1d", "2025-12-31 12:00"),  # within the first day of the year
        ("1965-11-22 10:00", "3h", "1965-11-22 14:30"),  # before the epoch
        ("2026-11-21 10:00", "0h", "2026-11-21 10:00"),
    ],
)
def test_spans_on_the_chinese_office_calendar(start: str, span: str, end: str) -> None:
    assert add(start, span) == end


def test_minutes_over_spring_festival() -> None:
    # Monday 01-27 and 02-05..07 are ordinary days of 450 minutes, 02-08 is a working Saturday.
    assert CN_OFFICE.minutes(at("2025-01-27 09:00"), at("2025-02-10 09:00")) == 5 * 450
    assert CN_OFFICE.minutes(at("2025-02-10 09:00"), at("2025-01-27 09:00")) == -5 * 450
    assert CN_OFFICE.minutes(at("2025-01-27 12:10"), at("2025-01-27 13:20")) == 0


OFF_2026 = """01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05
10-06 10-07"""
WORKED_2026 = "01-04 02-14 02-28 05-09 09-20 10-10"


def test_the_year_2026_is_as_the_flows_expect_it() -> None:
    days = [date(2026, 1, 1) + timedelta(days=index) for index in range(365)]
    off = [f"{day:%m-%d}" for day in days if day.weekday() < 5 and not CN_OFFICE.hours(day)]
    worked = [f"{day:%m-%d}" for day in days if day.weekday() >= 5 and CN_OFFICE.hours(day)]
    assert off == OFF_2026.split()
    assert worked == WORKED_2026.split()


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_shipped_years_agree_with_the_holidays_package(year: int) -> None:
    china = holidays.country_holidays("CN", years=year)
    made_up: set[date] = getattr(china, "weekend_workdays", set())
    for index in range(365):
        day = date(year, 1, 1) + timedelta(days=index)
        works = day in made_up or (day.weekday() < 5 and day not in china)
        assert bool(CN_OFFICE.hours(day)) is works, day


def test_open_and_next_opening() -> None:
    assert CN_OFFICE.is_open(at("2026-11-23 09:00"))
    assert not CN_OFFICE.is_open(at("2026-11-23 08:59"))
    assert not CN_OFFICE.is_open(at("2026-11-23 12:00"))
    assert not CN_OFFICE.is_open(at("2026-11-23 18:00"))
    assert not CN_OFFICE.is_open(at("2026-10-01 10:00"))
    assert CN_OFFICE.is_open(at("2026-10-10 10:00"))
    assert local(CN_OFFICE.next_open(at("2026-11-23 10:10"))) == "2026-11-23 10:10"
    assert local(CN_OFFICE.next_open(at("2026-11-23 12:00"))) == "2026-11-23 13:30"
    assert local(CN_OFFICE.next_open(at("2026-09-30 18:00"))) == "2026-10-08 09:00"
    assert local(CN_OFFICE.next_open(at("2025-12-31 18:00"))) == "2026-01-04 09:00"


def test_a_year_that_nobody_kept_up_follows_the_week_and_is_told() -> None:
    assert add("2031-12-31 17:30", "1h") == "2032-01-01 09:30"
    assert CN_OFFICE.missing_years(at("2026-12-31 10:00"), at("2029-01-01 10:00")) == (2027, 2028, 2029)
    assert CN_OFFICE.missing_years(at("2025-02-01 10:00"), at("2026-12-31 23:59")) == ()
    # It is 2027 in Shanghai while it is still 2026 in UTC.
    assert CN_OFFICE.missing_years(at("2026-12-31 23:59", "UTC"), at("2026-12-31 23:59", "UTC")) == (2027,)
    plain = WorkingCalendar("Asia/Shanghai", OFFICE)
    assert plain.missing_years(at("2026-01-01 10:00"), at("2026-01-01 11:00")) == (2026,)


def test_expected_days_are_off_but_do_not_confirm_their_year() -> None:
    assert CN_OFFICE.hours(date(2027, 10, 1)) == ()
    assert CN_OFFICE.missing_years(at("2027-10-01 10:00"), at("2027-10-01 10:00")) == (2027,)


def test_answers_are_in_utc_and_naive_moments_are_refused() -> None:
    assert CN_OFFICE.add(at("2026-11-23 10:00"), Span(1, "h")).tzinfo is UTC
    assert CN_OFFICE.add(at("2026-11-23 10:00"), Span(0, "h")).tzinfo is UTC
    assert CN_OFFICE.next_open(at("2026-11-23 10:00")).tzinfo is UTC
    with pytest.raises(ValueError, match="naive"):
        CN_OFFICE.add(datetime(2026, 11, 23, 10), Span(1, "h"))


def test_a_shorter_day_ends_a_span_of_days_at_its_closing() -> None:
    short = CalendarDay(date(2026, 11, 24), (segment("10:00-12:00"), segment("13:00-15:00")))
    calendar = WorkingCalendar("Asia/Shanghai", OFFICE, [short])
    assert add("2026-11-23 17:00", "1d", calendar) == "2026-11-24 15:00"
    assert add("2026-11-23 09:10", "1d", calendar) == "2026-11-24 10:00"
    assert add("2026-11-25 17:00", "-1d", calendar) == "2026-11-24 15:00"
    assert add("2026-11-25 09:10", "-1d", calendar) == "2026-11-24 10:00"


ZONES = ["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
DAYS = st.lists(st.integers(0, 1440), min_size=0, max_size=6, unique=True).map(
    lambda cuts: [(a, b) for a, b in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)]
)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    weekly: list[list[Segment]] = draw(st.lists(DAYS, min_size=7, max_size=7))
    assume(any(weekly))
    dates = st.dates(date(2026, 2, 20), date(2026, 11, 20))
    rows = draw(st.dictionaries(dates, DAYS, max_size=4))
    exceptions = [CalendarDay(day, tuple(segments)) for day, segments in rows.items()]
    return WorkingCalendar(draw(st.sampled_from(ZONES)), weekly, exceptions)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@given(calendars(), MOMENTS, st.integers(1, 30_000))
def test_what_is_added_is_what_is_measured(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    later = calendar.add(start, Span(minutes, "min"))
    earlier = calendar.add(start, Span(-minutes, "min"))
    assert calendar.minutes(start, later) == minutes
    assert calendar.minutes(earlier, start) == minutes
    # Tight on both sides: one tick less is not enough.
    tick = timedelta(microseconds=1)
    assert calendar.minutes(start, later - tick) == minutes - 1
    assert calendar.minutes(earlier + tick, start) == minutes - 1


@given(calendars(), MOMENTS, st.integers(1, 9_000), st.integers(1, 9_000))
def test_spans_of_working_time_add_up(calendar: WorkingCalendar, start: datetime, one: int, two: int) -> None:
    for sign in (1, -1):
        step = calendar.add(calendar.add(start, Span(sign * one, "min")), Span(sign * two, "min"))
        assert step == calendar.add(start, Span(sign * (one + two), "min"))


@given(calendars(), MOMENTS, st.integers(0, 4_000))
def test_measuring_agrees_with_counting_minutes(calendar: WorkingCalendar, start: datetime, length: int) -> None:
    start = start.replace(second=0, microsecond=0)
    counted = sum(is_open_by_the_clock(calendar, start + timedelta(minutes=m)) for m in range(length))
    assert calendar.minutes(start, start + timedelta(minutes=length)) == counted


def is_open_by_the_clock(calendar: WorkingCalendar, moment: datetime) -> bool:
    """Another way to the same answer, by wall clock; for days on which no clock changes."""
    here = moment.astimezone(calendar.zone)
    midnight = datetime(here.year, here.month, here.day, tzinfo=calendar.zone)
    assume(midnight.utcoffset() == (midnight + timedelta(days=1)).utcoffset())
    minute = here.hour * 60 + here.minute
    return any(opens <= minute < closes for opens, closes in calendar.hours(here.date()))


@given(calendars(), MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it(calendar: WorkingCalendar, moment: datetime) -> None:
    opening = calendar.next_open(moment)
    assert opening >= moment
    assert calendar.is_open(opening)
    assert calendar.minutes(moment, opening) == 0
    assert calendar.is_open(moment) is (opening == moment)


@given(calendars(), MOMENTS, st.integers(1, 60))
def test_a_working_day_later_is_the_next_date_with_hours(calendar: WorkingCalendar, start: datetime, days: int) -> None:
    assume(calendar.zone.key in ("Asia/Shanghai", "Asia/Kathmandu", "UTC"))
    opening = calendar.next_open(start).astimezone(calendar.zone)
    closing = calendar.is_open(start - timedelta(microseconds=1)) and not calendar.is_open(start)
    assume(not closing)
    day, left = opening.date(), days
    while left:
        day += timedelta(days=1)
        left -= bool(calendar.hours(day))
    midnight = datetime(day.year, day.month, day.day, tzinfo=calendar.zone)
    end = calendar.add(start, Span(days, "d"))
    minute = (end - midnight) / timedelta(minutes=1)
    wanted = (opening - datetime(opening.year, opening.month, opening.day, tzinfo=calendar.zone)) / timedelta(minutes=1)
    hours = calendar.hours(day)
    if any(opens <= wanted <= closes for opens, closes in hours):
        assert minute == wanted
    else:
        assert minute == min((opens for opens, _ in hours if opens > wanted), default=hours[-1][1])


def test_hours_that_clocks_skip_or_repeat() -> None:
    york = WorkingCalendar("America/New_York", NIGHT)
    # 2026-03-08: 02:00 becomes 03:00, so that the range until 04:00 has three hours.
    assert york.minutes(at("2026-03-08 00:00", "America/New_York"), at("2026-03-08 12:00", "America/New_York")) == 180
    assert add("2026-03-08 00:30", "2h", york) == "2026-03-08 03:30"
    # 2026-11-01: 02:00 becomes 01:00, so that it has five.
    assert york.minutes(at("2026-11-01 00:00", "America/New_York"), at("2026-11-01 12:00", "America/New_York")) == 300
    assert add("2026-11-01 00:30", "2h", york) == "2026-11-01 01:30"


def test_a_range_inside_the_skipped_hour_comes_as_much_later_and_counts_once() -> None:
    calendar = WorkingCalendar("America/New_York", [[(130, 170), (200, 240)]] * 7)  # 02:10-02:50, 03:20-04:00
    day = at("2026-03-08 00:00", "America/New_York")
    assert calendar.minutes(day, day + timedelta(hours=12)) == 50  # 03:10-03:50 and 03:20-04:00
    assert calendar.is_open(at("2026-03-08 03:10", "America/New_York"))


def test_calendar_days_keep_the_wall_clock_where_clocks_change() -> None:
    york = WorkingCalendar("America/New_York", ROUND_THE_CLOCK)
    assert add("2026-03-07 10:00", "1cd", york) == "2026-03-08 10:00"
    assert add("2026-03-07 10:00", "24h", york) == "2026-03-08 11:00"
    assert add("2026-11-02 10:00", "-1w", york) == "2026-10-26 10:00"


@pytest.mark.parametrize(
    "text, amount, unit",
    [("7d", 7, "d"), ("4h", 4, "h"), ("30min", 30, "min"), ("2w", 2, "w"), ("-3cd", -3, "cd"), ("+1cd", 1, "cd")],
)
def test_spans_are_read_and_written(text: str, amount: int, unit: str) -> None:
    span = Span.parse(text)
    assert (span.amount, span.unit) == (amount, unit)
    assert Span.parse(str(span)) == span


@pytest.mark.parametrize(
    "text", ["", "d", "7", "7 d", "1.5h", "7D", "7days", "--1d", "999999d", "1d2h", "７d", "1h\n2"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="span of time"):
        Span.parse(text)


def test_spans_in_words() -> None:
    assert Span(1, "d").words() == {"zh-CN": "1 个工作日", "en": "1 working day"}
    assert Span(-3, "cd").words() == {"zh-CN": "3 天", "en": "3 days"}


class Holder(BaseModel):
    due: Span | None = None


def test_spans_are_read_by_models() -> None:
    assert Holder.model_validate({"due": "4h"}).due == Span(4, "h")
    assert Holder(due=Span(4, "h")).due == Span(4, "h")
    assert Holder.model_validate_json(Holder(due=Span(4, "h")).model_dump_json()) == Holder(due=Span(4, "h"))
    with pytest.raises(ValidationError) as caught:
        Holder.model_validate({"due": "soon"})
    assert caught.value.errors()[0]["loc"][0] == "due"


@pytest.mark.parametrize("text", ["9:00-12:00", "12:00-09:00", "09:00-09:00", "09:00-24:01", "25:00-26:00", "09:00"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        segment(text)


@pytest.mark.parametrize(
    "weekly",
    [
        [[]] * 7,
        [[segment("09:00-12:00")]] * 6,
        [[(540, 720), (700, 900)]] * 7,
        [[(900, 720)]] * 7,
        [[(720, 900), (540, 600)]] * 7,
        [[(-10, 600)]] * 7,
    ],
)
def test_hours_that_make_no_sense_are_refused(weekly: list[list[Segment]]) -> None:
    with pytest.raises(ValueError, match=r"hours|weekly"):
        WorkingCalendar("Asia/Shanghai", weekly)


def test_an_exception_row_must_make_sense_too() -> None:
    with pytest.raises(ValueError, match="hours"):
        WorkingCalendar("Asia/Shanghai", OFFICE, [CalendarDay(date(2026, 1, 1), ((600, 540),))])


def test_a_span_beyond_a_century_is_a_mistake_and_not_a_hang() -> None:
    monday_minute = WorkingCalendar("UTC", [[(0, 1)], [], [], [], [], [], []])
    with pytest.raises(ValueError, match="100 years"):
        monday_minute.add(at("2026-01-01 00:00", "UTC"), Span(99_999, "min"))
    with pytest.raises(ValueError, match="100 years"):
        monday_minute.add(at("2026-01-01 00:00", "UTC"), Span(-99_999, "d"))


def test_flows_find_their_calendar_by_name() -> None:
    assert CALENDARS["cn-office"] is CN_OFFICE
