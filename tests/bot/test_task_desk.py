"""Tasks in the hands of staff: overdue first, put off, given, put back and taken, and over with their stage."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from core.cases.tables import case_event
from core.commands.cases import AdvanceCase, AssignRole
from core.commands.desk import RemindTask
from core.commands.work import CreateTask
from core.staff.service import actor_of
from core.staff.tables import staff as staff_table
from core.store.sealing import Row
from core.tasks.tables import task
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, assert_readable, case_of, newest, newest_card, open_case
from tests.house import Person, TestHouse


@pytest.fixture
def writer(office: TestHouse) -> Iterator[Person]:
    """A copywriter of the same department who has nothing to do yet; he leaves when the test is over."""
    with office.looking() as reader:
        member = reader.peek(staff_table, office.people[COPYWRITER].id)
    assert member is not None
    person = office.staff(f"文案{len(office.people)}", "copywriter", department=member["department_id"])
    yield person
    office.banli.store.run(lambda uow: uow.change(staff_table, person.id, active=False))


def give(house: TestHouse, client: Person, person: Person, title: str, **more: Any) -> int:
    """A task of the client's case for this person, who becomes its copywriter."""
    case_id = case_of(house, client)["id"]
    if case_of(house, client)["team"]["copywriter"] != person.id:
        house.do(AssignRole(case_id=case_id, role="copywriter", staff_id=person.id))
    words = {"zh-CN": title, "en": f"EN {title}"}
    return int(house.do(CreateTask(case_id=case_id, role="copywriter", title=words, **more)))


def row_of(house: TestHouse, task_id: int) -> Row:
    with house.looking() as reader:
        row = reader.peek(task, task_id)
    assert row is not None
    return row


def listed(person: Person) -> list[str]:
    return newest_card(person, "tasks").text.splitlines()


def test_my_tasks_with_the_overdue_first_and_a_button_each(office: TestHouse, writer: Person) -> None:
    client = open_case(office)
    give(office, client, writer, "不急", due="9d")
    late = give(office, client, writer, "紧急", due="1h")
    office.move_to(office.clock.now() + timedelta(hours=2))
    writer.says("我的待办")
    lines = listed(writer)
    assert lines[0].startswith("1. 【逾期】紧急 · V-2026-")
    assert "【逾期】" not in "".join(lines[1:])
    assert [line.split(" ")[1] for line in lines] == ["【逾期】紧急", "跟进客户材料", "不急"]
    assert newest(writer, "tasks") == ["完成 1", "稍后 1", "完成 2", "稍后 2", "完成 3", "稍后 3"]
    writer.presses("完成 1")
    assert row_of(office, late)["state"] == "done"
    assert "已由" in listed(writer)[0]
    assert newest(writer, "tasks") == ["完成 2", "稍后 2", "完成 3", "稍后 3"]
    assert newest_card(writer, "task").title != "任务：紧急" or not newest_card(writer, "task").buttons
    assert_readable(writer.words)


def test_put_off_for_an_hour_or_until_tomorrow_morning(office: TestHouse, writer: Person) -> None:
    client = open_case(office)
    first = give(office, client, writer, "第一件")
    writer.presses("1 小时后提醒", card="第一件")
    assert "再提醒您" in writer.last
    assert "稍后提醒" in next(
        each.message.card.footer for each in reversed(writer.messages) if "第一件" in each.message.card.title
    )
    writer.says("待办")
    assert listed(writer)[-1].startswith("2. 第一件")  # what is put off comes last
    heard = len(writer.messages)
    office.move_to(office.clock.now() + timedelta(minutes=59))
    assert len(writer.messages) == heard
    office.move_to(office.clock.now() + timedelta(minutes=1))
    assert newest_card(writer, "task").title == "任务：第一件"
    assert len(writer.messages) == heard + 1
    writer.presses("下个工作日 9:00", card="第一件")
    until = row_of(office, first)["snoozed_until"].astimezone(office.banli.house.zone)
    assert (until.hour, until.minute) == (9, 0)
    assert until.date() == office.clock.now().astimezone(office.banli.house.zone).date() + timedelta(days=1)
    writer.presses("完成", card="第一件")
    heard = len(writer.messages)
    office.move_to(until + timedelta(minutes=1))
    assert len([each for each in writer.messages[heard:] if "第一件" in each.message.card.title]) == 0


def test_a_task_is_put_back_and_the_first_to_take_it_has_it(office: TestHouse, writer: Person) -> None:
    client, other = open_case(office), office.people[COPYWRITER]
    task_id = give(office, client, writer, "翻译")
    writer.presses("转给同事", card="翻译")
    assert COPYWRITER in writer.messages[-1].message.card.buttons[0].label
    writer.presses("放回")
    assert row_of(office, task_id)["staff_id"] is None
    assert newest(other, "task") == ["认领"]
    assert "无人" in newest_card(other, "task").footer
    writer.says("待办")
    assert newest(writer, "tasks")[-1].startswith("认领")
    outsider = office.staff(f"外部文案{len(office.people)}", "copywriter", department=office.department("外部"))
    outsider.says("待办")
    assert "翻译" not in outsider.last
    other.presses("认领", card="翻译")
    assert row_of(office, task_id)["staff_id"] == other.id
    assert newest(other, "task")[0] == "完成"
    writer.presses("认领")
    assert "由其他同事负责" in writer.last
    member = outsider.id
    office.banli.store.run(lambda uow: uow.change(staff_table, member, active=False))
    assert_readable([*writer.words[-8:], *other.words[-3:]])


def test_a_task_is_given_to_a_colleague(office: TestHouse, writer: Person) -> None:
    client, other = open_case(office), office.people[COPYWRITER]
    task_id = give(office, client, writer, "预约")
    writer.says("待办")
    writer.presses("稍后 2")
    assert newest(writer, "task") == ["完成", "1 小时后提醒", "下个工作日 9:00 提醒", "转给同事"]
    writer.presses("转给同事")
    writer.presses(COPYWRITER)
    assert row_of(office, task_id)["staff_id"] == other.id
    assert newest_card(other, "task").title == "任务：预约"
    assert "任务已转给同事" in writer.last
    copies = [each.message.card for each in writer.messages if each.message.card.title == "任务：预约"]
    assert len(copies) == 2  # the one that came, and the one that he asked for
    assert [card.buttons for card in copies] == [(), ()]
    assert {card.footer for card in copies} == {f"现由 {COPYWRITER} 负责"}


def test_what_is_overdue_within_ones_reach(office: TestHouse, writer: Person) -> None:
    client, lead = open_case(office), office.people[REVIEWER]
    number = case_of(office, client)["number"]
    give(office, client, writer, "逾期的事", due="30min")
    office.move_to(office.clock.now() + timedelta(hours=1))
    outsider = office.staff(f"无关{len(office.people)}", "service", department=office.department("无关"))
    outsider.says("逾期")
    assert "没有逾期" in outsider.last
    writer.says("overdue")
    assert "【逾期】逾期的事" in writer.last
    assert number in writer.last
    lead.says("逾期")
    line = next(
        each for each in newest_card(lead, "overdue").text.splitlines() if "逾期的事" in each and number in each
    )
    assert writer.chat.removeprefix("staff-") in line
    office.move_to(case_of(office, client)["due"] + timedelta(minutes=1))
    writer.says("逾期")
    assert f"{number} · 材料收集" in writer.last
    writer.presses(number, card="逾期")
    assert number in newest_card(writer, "case").title
    assert_readable([writer.last, lead.last])


def test_a_task_ends_with_its_stage_and_says_why(office: TestHouse, writer: Person) -> None:
    """The fault: tasks stayed open after their stage was over."""
    client = open_case(office)
    row = case_of(office, client)
    bound = give(office, client, writer, "本阶段的事", stage="current")
    elsewhere = give(office, client, writer, "后面阶段的事", stage="filed")
    free = give(office, client, writer, "与阶段无关", stage="")
    assert row_of(office, bound)["stage"] == "collect"
    writer.presses("1 小时后提醒", card="本阶段的事")
    old = next(
        each.message.card.buttons[0].token
        for each in reversed(writer.messages)
        if "本阶段的事" in each.message.card.title
    )
    with office.looking() as reader:
        adviser = actor_of(reader, office.people[CONSULTANT].id)
    office.do(AdvanceCase(case_id=row["id"], trigger="withdraw"), adviser)
    states = {each: row_of(office, each)["state"] for each in (bound, elsewhere, free)}
    assert states == {bound: "ended", elsewhere: "ended", free: "open"}  # the case is closed: no stage will come
    card = next(each.message.card for each in reversed(writer.messages) if "本阶段的事" in each.message.card.title)
    assert (card.buttons, card.footer) == ((), "所属阶段已结束，无需再办")
    writer.press_token(old)
    assert "已失效" in writer.last
    with office.looking() as reader:
        told = [each["data"] for each in reader.find(case_event, case_id=row["id"]) if each["type"] == "TaskEnded"]
    assert {"task_id": bound, "title": {"zh-CN": "本阶段的事", "en": "EN 本阶段的事"}, "stage": "collect"} in told
    lead = office.people[REVIEWER]
    lead.says(f"案 {row['number']}")
    assert "任务随阶段“材料收集”结束：本阶段的事" in newest_card(lead, "case").text
    heard = len(writer.messages)
    office.move_to(office.clock.now() + timedelta(hours=2))
    assert not [each for each in writer.messages[heard:] if "本阶段的事" in each.message.card.title]


def test_a_reminder_that_comes_too_early_or_too_late_says_nothing(office: TestHouse, writer: Person) -> None:
    """The timer is cancelled or replaced as a rule; one that fires all the same looks at the truth again."""
    client = open_case(office)
    early = give(office, client, writer, "早到的提醒")
    done, free, loud = (give(office, client, writer, title) for title in ("做完的", "放回的", "没推迟的"))
    for title in ("早到的提醒", "做完的", "放回的"):
        writer.presses("下个工作日 9:00", card=title)
    writer.presses("完成", card="做完的")
    writer.presses("转给同事", card="放回的")
    writer.presses("放回")
    heard, due = len(writer.messages), row_of(office, early)["snoozed_until"]
    for task_id in (early, done, free, loud):
        office.do(RemindTask(task_id=task_id))
    assert row_of(office, early)["snoozed_until"] == due
    # the hour comes: what was done or put back stays quiet even if its own timer had survived
    office.banli.store.run(lambda uow: uow.change(task, done, snoozed_until=due))
    office.banli.store.run(lambda uow: uow.change(task, free, snoozed_until=due))
    office.clock.move_to(due)
    for task_id in (done, free, loud):
        office.do(RemindTask(task_id=task_id))
    office.do(RemindTask(task_id=early))  # after its own timer: once is enough
    titles = [each.message.card.title for each in writer.messages[heard:] if each.message.card.kind == "task"]
    assert titles == ["任务：早到的提醒"]
