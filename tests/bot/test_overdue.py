"""The ladder of overdue work: holder, lead, admin, each once, in working time, and never after the work is done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.app import FLOWS
from bot.demo.seed import publish_flows
from core.cases.tables import case_event, document_version, item
from core.commands.delegations import DelegateWork
from core.commands.desk import SnoozeTask
from core.commands.documents import WaiveItem
from core.commands.overdue import EscalateTask
from core.commands.work import CompleteTask, CreateTask
from core.ledger import timers
from core.staff.service import actor_of
from tests.bot.chat import approve, assert_readable, begin, case_of, newest, newest_card, picture
from tests.house import TestHouse, open_house

MONDAY = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
HOLIDAY = {date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6)}
WORKER, CHECKER, LEAD, DIRECTOR, STRANGER, ADMIN = "文案乙", "复核丙", "组长丁", "总监戊", "别部己", "管理庚"


@dataclass
class Heard:
    """Every message to staff with the hour at which it came."""

    house: TestHouse
    told: list[tuple[datetime, str, str, str]] = field(default_factory=list)  # when, whose chat, kind, title
    seen: int = 0

    def until(self, moment: datetime) -> None:
        """Time passes, and every timer fires at its own hour."""
        while True:
            self.listen()
            with self.house.looking() as reader:
                due = timers.next_due(reader)
            if due is None or due > moment:
                break
            self.house.move_to(max(due, self.house.clock.now()))
        self.house.move_to(moment)
        self.listen()

    def listen(self) -> None:
        sent = self.house.channel.sent[self.seen :]
        self.seen += len(sent)
        now = self.house.clock.now().astimezone(self.house.banli.house.zone)
        self.told += [(now, each.to.chat, each.message.card.kind, each.message.card.title) for each in sent]

    def about(self, words: str) -> list[tuple[str, str, str]]:
        """Hour, person and kind of everything that was said about this."""
        return [
            (f"{at:%m-%d %H:%M}", chat.removeprefix("staff-"), kind)
            for at, chat, kind, title in self.told
            if title.endswith(words)
        ]


@pytest.fixture
def month(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    yield from _agency(database, tmp_path)


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    yield from _agency(sqlite_url, tmp_path)


def _agency(url: str, folder: Path) -> Iterator[TestHouse]:
    """A department with a lead, below one with a director; another department with its own lead; an admin."""
    with open_house(url, folder, MONDAY) as there:
        publish_flows(there.banli.store, there.banli.bus, FLOWS)
        top = there.department("总部")
        own, other = there.department("签证部", parent=top), there.department("别部", parent=top)
        there.staff("顾问甲", "sales", "consultant", "service", "finance", department=own)
        there.staff(WORKER, "copywriter", department=own)
        there.staff(CHECKER, "reviewer", department=own)
        there.staff(LEAD, "supervisor", department=own)
        there.staff(DIRECTOR, "supervisor", department=top)
        there.staff(STRANGER, "supervisor", department=other)
        there.staff(ADMIN, "admin", department=top)
        begin(there, there.client())
        yield there


def give(house: TestHouse, title: str, due: str = "4h") -> int:
    words = {"zh-CN": title, "en": f"EN {title}"}
    case_id = case_of(house, house.people["张三"])["id"]
    return int(house.do(CreateTask(case_id=case_id, role="copywriter", title=words, due=due)))


def finish(house: TestHouse, task_id: int) -> None:
    as_person(house, WORKER, CompleteTask(task_id=task_id))


def as_person(house: TestHouse, name: str, command: CompleteTask | SnoozeTask) -> None:
    with house.looking() as reader:
        actor = actor_of(reader, house.people[name].id)
    house.do(command, actor)


def steps_of(house: TestHouse, kind: str) -> list[str]:
    case_id = case_of(house, house.people["张三"])["id"]
    with house.looking() as reader:
        return [row["data"]["step"] for row in reader.find(case_event, case_id=case_id) if row["type"] == kind]


def at(day: date, hour: int, house: TestHouse) -> datetime:
    return datetime.combine(day, time(hour), house.banli.house.zone).astimezone(UTC)


def working_days(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAY]


def test_a_month_of_one_agency(month: TestHouse) -> None:
    """A task on every working day at ten, for four hours: in time, after the reminder, after the lead, never, put
    off."""
    house = month
    heard, days = Heard(house), working_days(date(2026, 3, 16), date(2026, 4, 10))
    made: list[tuple[date, int]] = []
    for n, day in enumerate(days):
        heard.until(at(day, 10, house))
        made.append((day, give(house, f"事{n:02}")))
        heard.until(at(day, 11, house))
        if n % 5 == 4:
            as_person(house, WORKER, SnoozeTask(task_id=made[n][1], until="tomorrow"))
        if n and (n - 1) % 5 == 2:
            finish(house, made[n - 1][1])
        for hour, late in ((15, 0), (17, 1)):
            heard.until(at(day, hour, house))
            if n % 5 == late:
                finish(house, made[n][1])
    heard.until(at(date(2026, 4, 17), 18, house))
    for n, day in enumerate(days):
        following = working_days(day + timedelta(days=1), day + timedelta(days=9))
        given = (f"{day:%m-%d} 10:00", WORKER, "task")
        reminded = (f"{day:%m-%d} 16:30", WORKER, "task")
        lead = (f"{following[0]:%m-%d} 10:30", LEAD, "late")
        admin = (f"{following[1]:%m-%d} 16:30", ADMIN, "late")
        back = (f"{following[0]:%m-%d} 09:00", WORKER, "task")
        expected = [[given], [given, reminded], [given, reminded, lead], [given, reminded, lead, admin], [given]][n % 5]
        assert heard.about(f"事{n:02}") == (expected if n % 5 != 4 else [given, back, lead, admin]), (n, day)
    assert {chat for _, chat, kind, _ in heard.told if kind == "late"} == {f"staff-{LEAD}", f"staff-{ADMIN}"}
    for when, _, kind, title in heard.told:
        if kind in ("task", "late"):
            assert working_days(when.date(), when.date()), (when, kind, title)
            assert 9 <= when.hour < 18, (when, kind, title)


def test_a_review_goes_up_until_it_is_decided(house: TestHouse) -> None:
    client, heard = house.people["张三"], Heard(house)
    heard.listen()
    client.sends("a.jpg", picture(1), "退休证")
    title = newest_card(house.people[CHECKER], "review").title.split("：")[-1]
    heard.until(at(date(2026, 3, 20), 18, house))
    told = [each for each in heard.about(title) if each[2] in ("review", "late")]
    assert [(who, kind) for _, who, kind in told] == [
        (CHECKER, "review"),
        (CHECKER, "review"),
        (LEAD, "late"),
        (ADMIN, "late"),
    ]
    assert [when for when, _, _ in told] == ["03-16 10:00", "03-17 11:30", "03-17 16:00", "03-19 11:30"]
    assert "这份审核已逾期" in newest_card(house.people[CHECKER], "review").footer
    assert steps_of(house, "ReviewOverdue") == ["person", "lead", "admin"]
    lead = house.people[LEAD]
    assert newest(lead, "late") == ["查看审核", "查看案件"]
    lead.presses("查看审核")
    approve(house, lead)
    assert newest(house.people[ADMIN], "late") == []
    assert LEAD in newest_card(house.people[ADMIN], "late").footer
    assert_readable([*lead.words, *house.people[ADMIN].words])


def test_a_review_that_nobody_needs_any_more_goes_no_further(house: TestHouse) -> None:
    client, heard = house.people["张三"], Heard(house)
    client.sends("a.jpg", picture(3), "退休证")
    heard.until(at(date(2026, 3, 17), 17, house))
    assert newest(house.people[LEAD], "late")
    with house.looking() as reader:
        [wanted] = reader.find(item, key="retire")
        lead = actor_of(reader, house.people[LEAD].id)
    house.do(WaiveItem(item_id=wanted["id"], reason="使馆不再要求"), lead)
    assert newest(house.people[LEAD], "late") == []
    assert "已免交" in newest_card(house.people[LEAD], "late").footer
    before = steps_of(house, "ReviewOverdue")
    heard.until(at(date(2026, 3, 27), 18, house))
    assert steps_of(house, "ReviewOverdue") == before == ["person", "lead"]


def test_a_decision_in_time_is_heard_of_by_nobody_above(house: TestHouse) -> None:
    client, heard = house.people["张三"], Heard(house)
    client.sends("a.jpg", picture(2), "退休证")
    heard.until(at(date(2026, 3, 17), 9, house))
    approve(house, house.people[CHECKER])
    heard.until(at(date(2026, 3, 27), 18, house))
    assert steps_of(house, "ReviewOverdue") == []
    with house.looking() as reader:
        assert [row["status"] for row in reader.find(document_version)] == ["approved"]


def test_whoever_stands_in_for_the_lead_hears_of_it_if_it_is_within_his_own_reach(house: TestHouse) -> None:
    for deputy in (DIRECTOR, WORKER):
        lead, other = house.people[LEAD].id, house.people[deputy].id
        first, last = date(2026, 3, 16), date(2026, 3, 20)
        house.do(DelegateWork(staff_id=lead, delegate_id=other, first=first, last=last))
    heard = Heard(house)
    give(house, "等人做")
    heard.until(at(date(2026, 3, 17), 12, house))
    assert [(who, kind) for _, who, kind in heard.about("等人做")][2:] == [(LEAD, "late"), (DIRECTOR, "late")]
    director = house.people[DIRECTOR]
    assert newest(director, "late") == ["查看任务", "转给同事"]
    director.presses("查看任务")
    assert newest_card(director, "task").text == "已逾期"


def test_the_lead_who_is_late_himself_is_not_his_own_lead(house: TestHouse) -> None:
    words = {"zh-CN": "组长的事", "en": "the lead's work"}
    house.do(CreateTask(case_id=case_of(house, house.people["张三"])["id"], role="supervisor", title=words, due="1h"))
    heard = Heard(house)
    heard.until(at(date(2026, 3, 20), 18, house))
    holder = heard.about("组长的事")[0][1]
    above = [who for _, who, kind in heard.about("组长的事") if kind == "late"]
    assert holder not in above
    assert len(above) == len(set(above)) == 2


def test_a_step_that_was_held_up_into_the_night_waits_for_the_morning(house: TestHouse) -> None:
    task_id = give(house, "停电")
    heard = Heard(house)
    heard.listen()
    night = at(date(2026, 3, 16), 23, house)
    house.move_to(night)  # no worker ran since ten
    heard.listen()
    house.do(EscalateTask(task_id=task_id, step="person"))
    heard.listen()
    assert [kind for when, _, kind in heard.about("停电") if when.startswith("03-16 23")] == []
    heard.until(at(date(2026, 3, 17), 9, house))
    assert heard.about("停电")[-1] == ("03-17 09:00", WORKER, "task")


def test_what_is_not_late_yet_goes_nowhere(house: TestHouse) -> None:
    task_id = give(house, "不急", due="9d")
    house.do(EscalateTask(task_id=task_id, step="lead"))
    assert steps_of(house, "TaskOverdue") == []
