"""Holidays from an iCalendar file: what is taken, what is passed over, and every mistake with its line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.calendar import CalendarDay, WorkingCalendar
from core.engine.calendar_ics import MOST_BYTES, MOST_EVENTS, read_ics
from core.engine.hours import segment
from core.kit.errors import Invalid

HOURS = (segment("09:00-12:00"), segment("13:30-18:00"))
OFFICE = WorkingCalendar("Asia/Shanghai", [HOURS] * 5 + [(), ()])


def ics(*events: str, end: str = "\r\n") -> str:
    """A calendar of events; an event's lines are divided by "|"."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.split("|"), "END:VEVENT"]
    return end.join([*lines, "END:VCALENDAR", ""])


def day(text: str, note: str, *, works: bool = False) -> CalendarDay:
    return CalendarDay(date.fromisoformat(text), HOURS if works else (), note)


MAY = "DTSTART;VALUE=DATE:20270501"
TAKEN = {
    "no end is one day": ([f"{MAY}|SUMMARY:劳动节"], [day("2027-05-01", "劳动节")]),
    "the end is the day after": (
        [f"{MAY}|DTEND;VALUE=DATE:20270503|SUMMARY:劳动节"],
        [day("2027-05-01", "劳动节"), day("2027-05-02", "劳动节")],
    ),
    "a duration": ([f"{MAY}|DURATION:P2D"], [day("2027-05-01", ""), day("2027-05-02", "")]),
    "a folded name with escapes": ([f"{MAY}|SUMM|\tARY:Labour\\, |  Day"], [day("2027-05-01", "Labour,  Day")]),
    "a working day by its name": ([f"{MAY}|SUMMARY:劳动节（班）"], [day("2027-05-01", "劳动节（班）", works=True)]),
    "by its category": ([f"{MAY}|CATEGORIES:Office,work"], [day("2027-05-01", "", works=True)]),
    "by a mark, and what has none is a festival": (
        [
            f"{MAY}|X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY|SUMMARY:劳动节",
            "DTSTART;VALUE=DATE:20270504|RRULE:FREQ=YEARLY|SUMMARY:青年节",
        ],
        [day("2027-05-01", "劳动节", works=True)],
    ),
    "two holidays on one day": (
        ["DTSTART:20271001|SUMMARY:国庆节", "DTSTART:20271001|SUMMARY:中秋节", "DTSTART:20271001|SUMMARY:国庆节"],
        [day("2027-10-01", "国庆节、中秋节")],
    ),
    "what was called off": ([MAY, "DTSTART:20270601|STATUS:CANCELLED"], [day("2027-05-01", "")]),
    "an alarm within": ([f"{MAY}|BEGIN:VALARM|SUMMARY:x|DTSTART:1|END:VALARM"], [day("2027-05-01", "")]),
}


@pytest.mark.parametrize("events, days", TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_what_is_taken(events: list[str], days: list[CalendarDay], end: str) -> None:
    assert read_ics("\ufeff" + ics(*events, end=end), OFFICE) == days


def test_several_calendars_in_one_file() -> None:
    both = ics(f"{MAY}|X-APPLE-SPECIAL-DAY:WORK-HOLIDAY", "DTSTART:20270504") + ics("DTSTART:20270602|SUMMARY:x")
    assert read_ics(both, OFFICE) == [day("2027-05-01", ""), day("2027-06-02", "x")]


REFUSED = {
    "nothing": ("", [(1, "ics_empty")]),
    "no calendar": ("day,hours\n2027-05-01,\n", [(1, "ics_line"), (2, "ics_line")]),
    "left open": ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270501\n", [(3, "ics_line")]),
    "closed wrongly": ("BEGIN:VCALENDAR\nEND:VEVENT\n", [(2, "ics_line")]),
    "an hour": (ics("DTSTART:20270501T090000Z"), [(4, "ics_time")]),
    "no such day": (ics("DTSTART:20270532"), [(4, "ics_time")]),
    "all at once": (
        ics(f"{MAY}|RRULE:FREQ=YEARLY", f"{MAY}|RDATE:20280501", "SUMMARY:x", f"{MAY}|DTEND:20270501", "no colon"),
        [(19, "ics_line"), (5, "ics_repeats"), (9, "ics_repeats"), (11, "ics_no_start"), (16, "ics_end"),
         (18, "ics_no_start")],
    ),
    "too long": (ics(f"{MAY}|DTEND:20271001"), [(5, "ics_long")]),
    "both": (ics(MAY, f"{MAY}|SUMMARY:补班"), [(6, "ics_both")]),
    "too many": (ics(*[MAY] * (MOST_EVENTS + 1)), [(3 + 3 * MOST_EVENTS, "ics_events")]),
    "too large": ("x" * (MOST_BYTES + 1), [(1, "ics_size")]),
}  # fmt: skip


@pytest.mark.parametrize("text, told", REFUSED.values(), ids=REFUSED)
def test_every_mistake_is_told_with_its_line(text: str, told: list[tuple[int, str]]) -> None:
    with pytest.raises(Invalid) as refused:
        read_ics(text, OFFICE)
    said = [(each.message["en"].split(":")[0], each.code) for each in refused.value.problems]
    assert said == [(f"line {line}", f"calendar.{code}") for line, code in told]
    assert {each.pointer for each in refused.value.problems} == {"/ics"}


PIECES = [*ics(f"{MAY}|SUMMARY:班|DTEND:20270502").split("\r\n"), " x", "BEGIN:X", 'A;B=":']


@given(st.lists(st.sampled_from(PIECES)))
def test_no_text_does_more_than_be_refused(lines: list[str]) -> None:
    found: list[object] = []
    try:
        found += read_ics("\n".join(lines), OFFICE)
    except Invalid as refused:
        found += refused.problems
    assert found
