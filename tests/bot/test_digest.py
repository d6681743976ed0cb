"""The digest of staff: a month of mornings, at an hour of his own, and nothing when nothing waits."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.cases.tables import case
from core.channel.port import DeliveryFailed
from core.commands.digests import SetDigest
from core.commands.work import CompleteTask
from core.conversations.tables import message
from core.engine.calendars.known import CALENDARS
from core.kit.errors import Refusal
from core.ledger import timers
from core.ledger.tables import outbox
from core.reactions.digests import next_digest
from core.staff.tables import staff
from core.tasks.tables import task
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, assert_readable, case_of, open_case, picture
from tests.bot.test_reconciler import as_
from tests.house import Person, TestHouse, open_house

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = CALENDARS["cn-office"]


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(sqlite_url, tmp_path) as opened:
        yield opened.agency()


def told(house: TestHouse, person: Person) -> list[str]:
    with house.looking() as reader:
        mine = {row["id"] for row in reader.find(outbox, person_kind="staff", person_id=person.id)}
        sent = [row for row in reader.find(message, direction="out") if row["entry_id"] in mine]
    at = [row["at"].astimezone(SHANGHAI) for row in sent if row["body"].get("kind") == "digest"]
    return [f"{each:%m-%d %H:%M}" for each in at]


def live(house: TestHouse, days: int) -> None:
    """Every timer fires at its own hour."""
    end = house.clock.now() + timedelta(days=days)
    while True:
        with house.looking() as reader:
            following = timers.next_due(reader)
        if following is None or following > end:
            break
        house.move_to(max(following, house.clock.now()))
    house.move_to(end)


def test_a_month_of_mornings(house: TestHouse) -> None:
    """Working days only for one, every day for another, none for who did not ask, none when everything is done."""
    client = open_case(house)
    writer, consultant, reviewer = (house.people[name] for name in (COPYWRITER, CONSULTANT, REVIEWER))
    client.sends("a.jpg", picture(1), "身份证")
    writer.says("日报 08:30")
    assert writer.last == "好的，每个工作日 08:30 发日报；没有待办就不打扰您。"
    reviewer.says("digest 7:05 daily")
    assert "每天 07:05" in reviewer.last
    first = house.clock.now().astimezone(SHANGHAI).date()
    live(house, 30)
    days = [first + timedelta(days=n) for n in range(1, 31)]
    working = [day for day in days if OFFICE.hours(day)]
    assert told(house, writer) == [f"{day:%m-%d} 08:30" for day in working]
    assert 18 <= len(working) <= 23
    assert told(house, reviewer) == [f"{day:%m-%d} 07:05" for day in days]
    assert told(house, consultant) == []
    with house.looking() as reader:
        mine = reader.find(task, staff_id=writer.id, state="open")
    for row in mine:
        house.do(CompleteTask(task_id=row["id"]), as_(house, writer))
    house.banli.store.run(lambda uow: uow.change(case, case_of(house, client)["id"], due=None))
    before = len(told(house, writer))
    live(house, 10)
    assert len(told(house, writer)) == before


def test_what_it_says(house: TestHouse) -> None:
    client = open_case(house)
    writer, reviewer, number = house.people[COPYWRITER], house.people[REVIEWER], case_of(house, client)["number"]
    client.sends("a.jpg", picture(1), "身份证")
    client.says("人工")
    writer.says("日报 08:30")
    reviewer.says("日报 08:30")
    live(house, 1)
    assert writer.last.startswith("日报 · 2026年3月3日\n")
    assert f"待办 1 项：跟进客户材料 {number}" in writer.last
    assert "等待接待的客户 1 位：客户" in writer.last
    assert f"待审材料 1 份：{number}" in reviewer.last
    live(house, 6)
    assert f"【逾期】1 项任务：跟进客户材料 {number}" in writer.last
    assert f"临近期限的案件 1 件：{number} 2026年3月11日 10:00" in writer.last
    assert_readable([writer.last, reviewer.last])


def test_off_and_how(house: TestHouse) -> None:
    open_case(house)
    writer = house.people[COPYWRITER]
    writer.says("日报 08:30")
    writer.says("日报 关")
    assert writer.last == "好的，不再发日报。"
    live(house, 5)
    assert told(house, writer) == []
    for words in ("日报", "日报 25:00"):
        writer.says(words)
        assert writer.last.startswith("请写“日报 08:30”")


def test_he_who_left_gets_none(house: TestHouse) -> None:
    open_case(house)
    writer = house.people[COPYWRITER]
    writer.says("日报 08:30")
    house.banli.store.run(lambda uow: uow.change(staff, writer.id, active=False))
    live(house, 5)
    assert told(house, writer) == []


def test_one_that_a_platform_held_back_is_not_sent_at_night(house: TestHouse) -> None:
    open_case(house)
    writer = house.people[COPYWRITER]
    writer.says("日报 08:30")
    house.move_to(datetime(2026, 3, 3, 8, 29, tzinfo=SHANGHAI))
    house.channel.failures = [DeliveryFailed("down", retry_after=15 * 3600.0)]
    house.move_to(datetime(2026, 3, 3, 8, 30, tzinfo=SHANGHAI))
    house.move_to(datetime(2026, 3, 3, 23, 45, tzinfo=SHANGHAI))
    assert told(house, writer) == []
    live(house, 1)
    assert told(house, writer) == ["03-04 08:30"]


def test_a_house_that_stood_still_does_not_make_up_for_it_at_night(house: TestHouse) -> None:
    open_case(house)
    writer = house.people[COPYWRITER]
    writer.says("日报 08:30")
    house.move_to(datetime(2026, 3, 3, 22, 0, tzinfo=SHANGHAI))
    assert told(house, writer) == []


def test_nobody_chooses_for_another(house: TestHouse) -> None:
    with pytest.raises(Refusal):
        house.do(SetDigest(staff_id=house.people[COPYWRITER].id, at="03:00"), as_(house, house.people[REVIEWER]))


def test_the_next_hour_over_a_holiday_and_a_make_up_day() -> None:
    """National Day 2026: the office opens again on the 8th of October; a Saturday that is made up for counts."""
    eve = datetime(2026, 9, 30, 9, 0, tzinfo=SHANGHAI)
    following = next_digest(eve, "08:30", SHANGHAI, OFFICE).astimezone(SHANGHAI)
    assert OFFICE.hours(following.date())
    assert all(not OFFICE.hours(eve.date() + timedelta(days=n)) for n in range(1, (following.date() - eve.date()).days))
    assert next_digest(eve, "08:30", SHANGHAI, None).astimezone(SHANGHAI).date() == eve.date() + timedelta(days=1)


def test_whether_anything_waits_is_seen_when_it_is_sent(house: TestHouse) -> None:
    """The timer's unit holds the writer and asks nothing of the cases; what turns out to be empty is dropped."""
    consultant = house.people[CONSULTANT]
    consultant.says("日报 08:30 每天")
    live(house, 1)
    assert told(house, consultant) == []
    with house.looking() as reader:
        rows = reader.find(outbox, person_kind="staff", person_id=consultant.id)
    assert [row["state"] for row in rows if row["notice"]["kind"] == "digest"] == ["dropped"]
