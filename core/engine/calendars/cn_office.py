"""Office hours in mainland China, with the holidays and make-up days of the State Council's notice.

2025 and 2026 are as published, taken from the package ``holidays`` 0.109 and found equal in
``chinesecalendar`` 1.11.
2027 holds the statutory days only, as ``holidays`` expects them: the notice with the moved days was not yet
in either, so its rows are not confirmed and WorkingCalendar.missing_years() names the year.
"""

from datetime import date

from core.engine.calendar import CalendarDay, WorkingCalendar
from core.engine.hours import segment

HOURS = (segment("09:00-12:00"), segment("13:30-18:00"))
WEEKLY = (HOURS, HOURS, HOURS, HOURS, HOURS, (), ())  # Monday first

# Weekdays on which the office is closed: "month-day" or "month-day..day".
OFF = {
    2025: "01-01 01-28..31 02-03..04 04-04 05-01..02 05-05 06-02 10-01..03 10-06..08",
    2026: "01-01..02 02-16..20 02-23 04-06 05-01 05-04..05 06-19 09-25 10-01..02 10-05..07",
}
OFF_EXPECTED = {
    2027: "01-01 02-05 02-08..10 04-05 05-03..04 06-09 09-15 10-01 10-04..05",
}
SOURCE = "holidays:CN"
# Days of a weekend on which the office works as on a weekday.
MAKE_UP = {
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def days(year: int, text: str) -> list[date]:
    """Read "02-16..20 02-23" of one year."""
    found = []
    for part in text.split():
        month, _, span = part.partition("-")
        first, _, last = span.partition("..")
        found += [date(year, int(month), number) for number in range(int(first), int(last or first) + 1)]
    return found


CN_OFFICE = WorkingCalendar(
    "Asia/Shanghai",
    WEEKLY,
    [
        *(CalendarDay(day, (), "法定节假日", True, SOURCE) for year, text in OFF.items() for day in days(year, text)),
        *(
            CalendarDay(day, (), "待公布", False, SOURCE)
            for year, text in OFF_EXPECTED.items()
            for day in days(year, text)
        ),
        *(
            CalendarDay(day, HOURS, "调休上班", True, SOURCE)
            for year, text in MAKE_UP.items()
            for day in days(year, text)
        ),
    ],
)
