"""A calendar that is changed: open limits and what hangs on them move, in parts, once, and nobody is told twice."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cases.tables import case, case_event
from core.catalog.calendars import LivingCalendars
from core.commands.office import AddHolidays, ReplanCase, SetCalendar
from core.commands.work import CreateTask
from core.engine.calendar import CalendarDay, Span, WorkingCalendar
from core.engine.calendar_spec import write_calendar
from core.ledger.tables import timer
from core.reactions import replan
from core.store.sealing import Row
from tests.bot.chat import assert_readable, begin
from tests.house import TestHouse, open_house

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path, START) as there:
        there.agency()
        begin(there, there.people["张三"])
        yield there


def the_case(house: TestHouse) -> Row:
    with house.looking() as reader:
        [row] = reader.find(case, state="open")
    return row


def calendar_of(house: TestHouse) -> WorkingCalendar:
    living: LivingCalendars = house.banli.bus.wiring.tools["calendars"]
    with house.looking() as reader:
        return living.of(reader, "cn-office")


def write(house: TestHouse, *days: CalendarDay) -> None:
    """The calendar with these days as well; the re-plan has had its time afterwards."""
    before = calendar_of(house)
    after = WorkingCalendar(before.zone.key, before.weekly, {**before.exceptions, **{d.day: d for d in days}}.values())
    house.do(SetCalendar.model_validate({"name": "cn-office", **write_calendar(after)}))
    rest(house)


def rest(house: TestHouse) -> None:
    house.move_to(house.clock.now() + timedelta(seconds=1))


def closed(*days: str) -> list[CalendarDay]:
    return [CalendarDay(date.fromisoformat(day)) for day in days]


def waiting(house: TestHouse) -> dict[str, datetime]:
    """Every timer that waits, with its hour."""
    with house.looking() as reader:
        return {row["key"]: row["due"] for row in reader.find(timer, state="waiting")}


def rule_timer(house: TestHouse, state: str = "waiting") -> list[Row]:
    with house.looking() as reader:
        rows = reader.find(timer, timer.c.key.like("rule:%"), state=state)
    return [row for row in rows if row["scope"] == "stage"]


def moved(house: TestHouse) -> list[dict[str, Any]]:
    with house.looking() as reader:
        return [row["data"] for row in reader.find(case_event, type="LimitMoved")]


def span_of(house: TestHouse, row: Row) -> Span:
    with house.looking() as reader:
        span = house.banli.catalogue.compiled(reader, row["flow_version_id"]).flow.stage(row["stage"]).due
    assert span is not None
    return span


def test_a_new_holiday_moves_the_limit_and_what_hangs_on_it(house: TestHouse) -> None:
    before, timers_before = the_case(house), waiting(house)
    title = {"zh-CN": "任务", "en": "Task"}
    task_id = house.do(CreateTask(case_id=before["id"], role="copywriter", title=title, due="7h"))
    ladder = waiting(house)[f"late:task:{task_id}"]
    write(house, *closed("2026-03-03", "2026-03-04"))

    after = the_case(house)
    assert after["due"] == calendar_of(house).add(before["entered_at"], span_of(house, before))
    assert after["due"] - before["due"] == timedelta(days=2)
    assert [row["due"] for row in rule_timer(house)] == [after["due"]]
    client = f"remind:{before['client_id']}"
    assert waiting(house)[client] > timers_before[client]
    assert waiting(house)[f"late:task:{task_id}"] > ladder
    [told] = moved(house)
    assert told == {"before": before["due"].isoformat(), "due": after["due"].isoformat()}


def test_it_acts_at_the_new_limit_and_not_at_the_old_one(house: TestHouse) -> None:
    old = the_case(house)["due"]
    write(house, *closed("2026-03-03"))
    new = the_case(house)["due"]
    house.move_to(old + timedelta(minutes=1))
    assert ran(house) == 0
    house.move_to(new + timedelta(minutes=1))
    assert ran(house) == 1


def ran(house: TestHouse) -> int:
    """How often the rule about an overdue stage has acted."""
    with house.looking() as reader:
        return len([row for row in reader.find(case_event, type="RuleDue") if row["data"]["rule"] == "overdue"])


def test_who_was_told_that_it_is_late_is_not_told_twice(house: TestHouse) -> None:
    late = the_case(house)["due"]
    house.move_to(late + timedelta(hours=1))
    assert ran(house) == 1
    write(house, *closed("2026-03-03", "2026-03-04", "2026-03-05"))
    assert the_case(house)["due"] == late
    house.move_to(late + timedelta(days=20))
    assert (ran(house), moved(house)) == (1, [])


def test_a_limit_that_comes_to_lie_in_the_past_is_told_at_once(house: TestHouse) -> None:
    write(house, *closed("2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"))
    late = the_case(house)["due"]
    house.move_to(late - timedelta(hours=1))
    assert ran(house) == 0
    open_day = calendar_of(house).weekly[0]
    write(house, *(CalendarDay(date(2026, 3, day), open_day) for day in (3, 4, 5, 6)))
    assert the_case(house)["due"] < house.clock.now()
    rest(house)
    assert ran(house) == 1


def test_planning_again_changes_nothing_more(house: TestHouse) -> None:
    days = st.lists(st.integers(3, 27), max_size=6, unique=True)
    hours = st.sampled_from([(), ((540, 720),), ((540, 1080),), ((0, 1440),)])

    @settings(max_examples=6, suppress_health_check=list(HealthCheck))
    @given(days, hours)
    def twice_is_once(chosen: list[int], open_hours: tuple[tuple[int, int], ...]) -> None:
        write(house, *(CalendarDay(date(2026, 3, day), open_hours) for day in chosen))
        row, once, events = the_case(house), waiting(house), moved(house)
        if row["due"] > house.clock.now():
            assert row["due"] == calendar_of(house).add(row["entered_at"], span_of(house, row))
        house.do(ReplanCase(case_id=row["id"]))
        assert (the_case(house)["due"], waiting(house), moved(house)) == (row["due"], once, events)

    twice_is_once()


def test_many_cases_are_planned_in_parts(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replan, "PART", 2)
    for number in range(4):
        begin(house, house.client(f"客户{number}"))
    with house.looking() as reader:
        before = {row["id"]: row["due"] for row in reader.find(case, state="open")}
    write(house, *closed("2026-03-03"))
    with house.looking() as reader:
        part = [row["id"] for row in reader.find(case, state="open") if row["due"] != before[row["id"]]]
    assert part == sorted(before)[:2]
    for _ in range(3):
        rest(house)
    with house.looking() as reader:
        assert all(row["due"] > before[row["id"]] for row in reader.find(case, state="open"))
    assert not [key for key in waiting(house) if key.startswith("replan:")]


def test_a_year_that_is_there_already_plans_nothing(house: TestHouse) -> None:
    house.do(AddHolidays(name="cn-office", country="CN", year=2028))
    rest(house)
    added = calendar_of(house)
    assert added.has_rows(2028)
    house.do(AddHolidays(name="cn-office", country="CN", year=2028))
    assert not [key for key in waiting(house) if key.startswith("replan:")]
    assert calendar_of(house) is added  # it was not written a second time


def test_admins_hear_once_of_a_year_that_nobody_has_confirmed(house: TestHouse) -> None:
    house.staff("管理庚", "admin")
    look(house)
    assert told(house) == []
    house.move_to(datetime(2026, 12, 29, 2, 0, tzinfo=UTC))
    begin(house, house.client("王五"))
    with house.looking() as reader:
        newest = reader.find(case, state="open")[-1]
    assert newest["due"].year == 2027  # it was planned all the same
    for _ in range(3):
        house.clock.advance(timedelta(hours=2))
        look(house)
    [words] = told(house)
    assert "2027" in words
    assert "cn-office" in words
    assert_readable([words])


def look(house: TestHouse) -> None:
    lookout = house.banli.lookout
    lookout._reported.clear()  # as if an hour had passed on its own clock
    house.runner.run(lookout.work_once()) if house.runner else None
    house.rest()


def told(house: TestHouse) -> list[str]:
    return [words for words in house.people["管理庚"].words if "节假日" in words]
