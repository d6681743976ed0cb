"""Days of a calendar as CSV: day, hours, note; read with the mistakes of all lines at once."""

import csv
from datetime import date

from core.engine.calendar import CalendarDay
from core.engine.calendar_spec import HOURS, TWICE
from core.engine.hours import Segment, checked, segment
from core.kit.errors import Invalid, Problem

COLUMNS = ("day", "hours", "note")
MOST_NOTE = 80
_HEADER = {
    "zh-CN": "第一行应为列名 day,hours,note（hours、note 可省）",
    "en": "the first line names the columns: day,hours,note (hours and note may be left out)",
}
_DAY = {"zh-CN": "日期应写成 2027-05-01", "en": "a day is written 2027-05-01"}
_NOTE = {"zh-CN": f"备注最多 {MOST_NOTE} 字", "en": f"a note has at most {MOST_NOTE} characters"}
_CELLS = {"zh-CN": "这一行的列数比标题多", "en": "this line has more cells than the header"}
_EMPTY = {"zh-CN": "没有任何日期", "en": "there are no days"}


def read_days(text: str) -> list[CalendarDay]:
    """One row a line; hours are ranges with a space between them, "09:00-12:00 13:30-18:00", and none mean closed.

    Raises Invalid with every mistake and the number of its line, which counts from 1 and includes the header.
    """
    lines = csv.reader(text.removeprefix("\ufeff").splitlines())
    header = [each.strip().lower() for each in next(lines, [])]
    if "day" not in header or len(set(header)) != len(header) or not set(header) <= set(COLUMNS):
        raise Invalid(problems=[_problem(1, "calendar.csv_header", _HEADER)])
    found: dict[date, CalendarDay] = {}
    problems: list[Problem] = []
    for cells in lines:
        if not any(each.strip() for each in cells):
            continue
        number = lines.line_num
        if len(cells) > len(header):
            problems.append(_problem(number, "calendar.csv_cells", _CELLS))
            continue
        values = dict(zip(header, (each.strip() for each in cells), strict=False))
        row = _row(values, number, problems)
        if row is not None and row.day in found:
            problems.append(_problem(number, "calendar.twice", TWICE))
        elif row is not None:
            found[row.day] = row
    if not found and not problems:
        problems.append(_problem(1, "calendar.csv_empty", _EMPTY))
    if problems:
        raise Invalid(problems=problems)
    return list(found.values())


def _row(values: dict[str, str], number: int, problems: list[Problem]) -> CalendarDay | None:
    before = len(problems)
    day: date | None = None
    hours: tuple[Segment, ...] = ()
    note = values.get("note", "")
    try:
        day = date.fromisoformat(values["day"])
    except ValueError:
        problems.append(_problem(number, "calendar.day", _DAY))
    try:
        hours = _hours(values.get("hours", ""))
    except ValueError:
        problems.append(_problem(number, "calendar.hours", HOURS))
    if len(note) > MOST_NOTE:
        problems.append(_problem(number, "calendar.note", _NOTE))
    return None if day is None or len(problems) > before else CalendarDay(day, hours, note)


def _hours(text: str) -> tuple[Segment, ...]:
    return checked([segment(each) for each in text.split()])


def _problem(line: int, code: str, words: dict[str, str]) -> Problem:
    said = {"zh-CN": f"第 {line} 行：{words['zh-CN']}", "en": f"line {line}: {words['en']}"}
    return Problem("/csv", code, said)
