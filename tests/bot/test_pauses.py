"""Limits that stand still: what hangs on them, what ends a pause, what a calendar or another version makes of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.cases.tables import case, case_event, stage_span
from core.catalog.calendars import LivingCalendars
from core.commands.cases import AdvanceCase, EndPause, OpenCase, SetSubstate
from core.commands.contracts import Traveller
from core.commands.migrating import MigrateFlow, UndoMigration
from core.commands.office import ReplanCase
from core.commands.texts import SetText
from core.commands.work import CreateTask, PublishFlow
from core.engine.calendar import Span, WorkingCalendar
from core.ledger.tables import timer
from core.store.sealing import Row
from core.tasks.tables import task
from tests.bot.test_calendar_replan import closed, rest, write
from tests.house import TestHouse, fresh_house
from tests.services.databases import Databases
from tests.stories.flows import REQUEST

WARN = """  - key: warn
    name: {zh-CN: 提前提醒, en: Warn}
    at: {anchor: stage.due, offset: -1cd}
    then: [{action: create_task, args: {role: service, title: {zh-CN: 明日到期, en: Due tomorrow}, due: 1h}}]
"""
AGAIN = "  - {key: again, from: [handling], to: handling, label: {zh-CN: 重办, en: Again}, by: [service, system]}\n"
FLOW = REQUEST.replace("rules:\n", f"{AGAIN}rules:\n{WARN}")
WEDNESDAY = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHouse]:
    with fresh_house("sqlite", databases, tmp_path_factory) as there:
        there.agency()
        there.do(PublishFlow(source=FLOW))
        there.move_to(WEDNESDAY)
        yield there


def begun(house: TestHouse) -> int:
    person = Traveller(name="张三", kind="person")
    opened = OpenCase(client_id=house.people["张三"].id, flow="request", travellers=(person,), team=house.team)
    return int(house.do(opened))


def row_of(house: TestHouse, case_id: int) -> Row:
    with house.looking() as reader:
        [row] = reader.find(case, id=case_id)
    return row


def sets(house: TestHouse, case_id: int, substate: str) -> Row:
    house.do(SetSubstate(case_id=case_id, substate=substate))
    return row_of(house, case_id)


def spans(house: TestHouse, case_id: int) -> list[Row]:
    with house.looking() as reader:
        return reader.find(stage_span, case_id=case_id, order=stage_span.c.id)


def rules_waiting(house: TestHouse, case_id: int) -> dict[str, datetime]:
    with house.looking() as reader:
        rows = reader.find(timer, timer.c.key.startswith(f"rule:{case_id}:"), state="waiting")
    return {row["key"].split(":")[2]: row["due"] for row in rows}


def titles(house: TestHouse, case_id: int) -> list[str]:
    with house.looking() as reader:
        return [row["title"]["zh-CN"] for row in reader.find(task, case_id=case_id, order=task.c.id)]


def told(house: TestHouse, case_id: int) -> list[tuple[str, Any]]:
    with house.looking() as reader:
        rows = reader.find(case_event, case_id=case_id, order=case_event.c.seq)
    return [(row["type"], row["data"]) for row in rows if row["type"] in ("LimitPaused", "LimitResumed")]


def hours_of(house: TestHouse) -> WorkingCalendar:
    living: LivingCalendars = house.banli.bus.wiring.tools["calendars"]
    with house.looking() as reader:
        return living.of(reader, "cn-office")


def test_what_hangs_on_the_limit_stands_still_and_goes_on(house: TestHouse) -> None:
    case_id = begun(house)
    due = row_of(house, case_id)["due"]
    assert rules_waiting(house, case_id) == {"warn": due - DAY, "escalate": due}
    house.move_to(WEDNESDAY + 2 * DAY)  # Friday; the warning is for Sunday
    paused = sets(house, case_id, "waiting_client")
    assert (paused["due"], paused["paused_due"], rules_waiting(house, case_id)) == (None, due, {})
    house.do(SetSubstate(case_id=case_id, substate="waiting_client"))
    house.do(ReplanCase(case_id=case_id))
    house.move_to(due + HOUR)
    assert titles(house, case_id) == []

    resumed = sets(house, case_id, "working")
    assert resumed["due"] == due + DAY + HOUR  # a day was left, and it goes on on Monday at 11:00
    assert titles(house, case_id) == ["明日到期"]  # its moment has gone by: it acts at once, and once
    assert rules_waiting(house, case_id) == {"escalate": resumed["due"]}
    assert told(house, case_id) == [
        ("LimitPaused", {"stage": "handling", "minutes": 450}),
        ("LimitResumed", {"stage": "handling", "due": resumed["due"].isoformat()}),
    ]
    house.move_to(resumed["due"] + HOUR)
    assert titles(house, case_id) == ["明日到期", "请跟进超时请求"]
    late = sets(house, case_id, "waiting_client")
    house.move_to(resumed["due"] + DAY)
    over = sets(house, case_id, "working")["due"]
    assert late["due"] is None
    assert over < house.clock.now()  # what had passed has passed
    house.move_to(over + 20 * DAY)
    assert titles(house, case_id).count("请跟进超时请求") == 1
    house.do(AdvanceCase(case_id=case_id, trigger="again"))
    [first, _] = spans(house, case_id)
    assert first["paused"] == 450 + 60 + hours_of(house).minutes(resumed["due"] + HOUR, resumed["due"] + DAY)
    assert first["minutes"] > first["paused"]


def test_a_step_that_keeps_the_stage_keeps_what_is_left(house: TestHouse) -> None:
    case_id = begun(house)
    house.move_to(WEDNESDAY + 8 * HOUR)  # the office closes
    sets(house, case_id, "waiting_client")
    house.move_to(WEDNESDAY + 2 * DAY)
    house.do(AdvanceCase(case_id=case_id, trigger="again"))
    after = row_of(house, case_id)
    assert (after["substate"], after["paused_at"], after["entered_at"]) == (None, None, WEDNESDAY)
    assert hours_of(house).minutes(WEDNESDAY + 2 * DAY, after["due"]) == 3 * 450 - 390
    assert rules_waiting(house, case_id)["escalate"] == after["due"]
    write(house, *closed("2026-03-05"))  # the day of the pause was none: nothing is left out twice
    assert row_of(house, case_id)["due"] == after["due"]
    assert [span["paused"] for span in spans(house, case_id)] == [510, None]


def test_who_ends_it(house: TestHouse) -> None:
    client, case_id = house.people["张三"], begun(house)
    sets(house, case_id, "waiting_client")
    for words in ("谢谢！", "好的，谢谢", "OK", "thanks 👍", "🙏", "进度", "材料"):
        client.says(words)
        assert row_of(house, case_id)["substate"] == "waiting_client", words
    client.does("sticker")
    assert row_of(house, case_id)["paused_at"] is not None
    client.says("好的，合同明天寄出")
    assert row_of(house, case_id)["substate"] == "working"
    sets(house, case_id, "waiting_client")
    house.do(SetText(key="pause.thanks", language="zh-CN", words="谢谢、明天寄出"))
    client.says("好的")
    assert row_of(house, case_id)["paused_at"] is None  # it is no thanks any more
    sets(house, case_id, "waiting_client")
    client.says("明天寄出，谢谢")
    assert row_of(house, case_id)["paused_at"] is not None
    client.sends("合同.jpg", b"no picture", caption="谢谢")
    assert row_of(house, case_id)["paused_at"] is None
    house.do(EndPause(case_id=case_id))  # a limit that runs is left alone
    assert len(told(house, case_id)) == 6


def test_a_calendar_that_changes_meanwhile_counts_nothing_twice(house: TestHouse) -> None:
    case_id = begun(house)
    house.move_to(WEDNESDAY + HOUR)
    sets(house, case_id, "waiting_client")
    write(house, *closed("2026-03-05", "2026-03-06"))
    write(house, *closed("2026-03-05", "2026-03-06"))
    row, calendar = row_of(house, case_id), hours_of(house)
    assert (row["due"], row["paused_due"]) == (None, calendar.add(WEDNESDAY, Span(3, "d")))
    house.move_to(WEDNESDAY + 7 * DAY)
    due = sets(house, case_id, "working")["due"]
    assert calendar.minutes(WEDNESDAY + 7 * DAY, due) == 3 * 450 - 60
    write(house, *closed("2026-03-10"))  # within the pause
    assert row_of(house, case_id)["due"] == due
    write(house, *closed("2026-03-12"))
    assert hours_of(house).minutes(WEDNESDAY + 7 * DAY, row_of(house, case_id)["due"]) == 3 * 450 - 60


def test_a_case_that_changes_version(house: TestHouse) -> None:
    """It stands still where the new version says so, else its limit goes on; back again it stands as it stood."""
    case_id = begun(house)
    house.move_to(WEDNESDAY + HOUR)
    sets(house, case_id, "waiting_client")
    longer = FLOW.replace("version: 1", "version: 2", 1).replace("due: 3d", "due: 5d", 1)
    house.do(PublishFlow(source=longer))
    house.do(PublishFlow(source=FLOW.replace("version: 1", "version: 3", 1).replace("    pause: {", "    #", 1)))
    first = row_of(house, case_id)
    house.do(MigrateFlow(flow="request", to=2))
    rest(house)
    rest(house)
    there = row_of(house, case_id)
    assert (there["due"], there["paused_at"]) == (None, first["paused_at"])
    assert there["paused_due"] == hours_of(house).add(WEDNESDAY, Span(5, "d"))
    batch = int(house.do(MigrateFlow(flow="request", to=3)))
    rest(house)
    rest(house)
    runs = row_of(house, case_id)
    assert (runs["paused_at"], runs["paused_due"], runs["substate"]) == (None, None, "waiting_client")
    assert hours_of(house).add(WEDNESDAY, Span(3, "d")) < runs["due"] < there["paused_due"]
    assert set(rules_waiting(house, case_id)) == {"warn", "escalate"}
    house.do(UndoMigration(batch_id=batch))
    rest(house)
    rest(house)
    back = row_of(house, case_id)
    assert {name: back[name] for name in ("due", "paused_at", "paused_due")} == {
        name: there[name] for name in ("due", "paused_at", "paused_due")
    }
    assert rules_waiting(house, case_id) == {}


def test_tasks_move_with_the_calendar_and_late_ones_stay(house: TestHouse) -> None:
    case_id = begun(house)
    title = {"zh-CN": "任务", "en": "Task"}
    late, soon, days = (
        house.do(CreateTask(case_id=case_id, role="service", title=title, due=due)) for due in ("1h", "7h", "3cd")
    )
    house.move_to(WEDNESDAY + 2 * HOUR)
    with house.looking() as reader:
        before = {row["id"]: row["due"] for row in reader.find(task, case_id=case_id)}
        [ladder] = reader.find(timer, key=f"late:task:{soon}", state="waiting")
    write(house, *closed("2026-03-05"))
    with house.looking() as reader:
        after = {row["id"]: row["due"] for row in reader.find(task, case_id=case_id)}
        [moved] = reader.find(timer, key=f"late:task:{soon}", state="waiting")
        events = [row["data"]["task_id"] for row in reader.find(case_event, type="TaskLimitMoved")]
    assert {key: after[key] - before[key] for key in before} == {late: 0 * DAY, soon: DAY, days: 0 * DAY}
    assert moved["due"] - ladder["due"] == DAY
    assert events == [soon]
