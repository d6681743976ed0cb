"""Who works on which open case is found from the person: the database keeps it up, whoever changes the case."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.app import FLOWS
from bot.demo.seed import publish_flows
from core.cases.tables import case, case_member
from core.commands.cases import AdvanceCase, AssignRole
from core.commands.work import CreateTask
from core.engine.access import Actor
from core.kit import migrate
from core.staff.policy import DEFAULT
from core.staff.service import actor_of
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from core.views import overdue
from core.views.board import reachable_cases
from core.views.overdue import CHUNK, overdue_cases, overdue_tasks
from core.wiring.subjects import of_case, task_subject
from tests.bot.chat import begin, case_of
from tests.house import TestHouse, open_house

_numbers = itertools.count(1000)
MONDAY = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path, MONDAY) as there:
        publish_flows(there.banli.store, there.banli.bus, FLOWS)
        there.staff("顾问甲", "sales", "consultant", "service", "finance")
        there.staff("文案乙", "copywriter")
        there.staff("复核丙", "reviewer")
        there.staff("组长丁", "supervisor", department=there.department("签证部"))
        begin(there, there.client())
        yield there


def members(house: TestHouse, case_id: int) -> list[int]:
    with house.looking() as reader:
        asked = select(case_member.c.staff_id).where(case_member.c.case_id == case_id)
        return sorted(row["staff_id"] for row in reader.rows(asked))


def test_it_follows_the_team_of_a_case_until_it_is_closed(office: TestHouse) -> None:
    row = case_of(office, office.people["张三"])
    assert members(office, row["id"]) == sorted(set(row["team"].values()))
    lead = office.people["组长丁"].id
    office.do(AssignRole(case_id=row["id"], role="reviewer", staff_id=lead))
    assert members(office, row["id"]) == sorted({*({**row["team"], "reviewer": lead}.values())})
    for role in row["team"]:
        office.do(AssignRole(case_id=row["id"], role=role, staff_id=lead))
    assert members(office, row["id"]) == [lead]
    office.do(AdvanceCase(case_id=row["id"], trigger="withdraw", reason="改期"), lead_of(office))
    assert members(office, row["id"]) == []
    office.banli.store.run(lambda uow: uow.change(case, row["id"], state="open"))
    assert members(office, row["id"]) == [lead]


def test_it_follows_the_limit_of_a_case(office: TestHouse) -> None:
    row = case_of(office, office.people["张三"])

    def limits() -> set[datetime | None]:
        with office.looking() as reader:
            asked = select(case_member.c.due).where(case_member.c.case_id == row["id"])
            return {each["due"] for each in reader.rows(asked)}

    assert limits() == {row["due"]} != {None}
    for due in (MONDAY, None):
        office.banli.store.run(partial(UnitOfWork.change, table=case, row_id=row["id"], due=due))
        assert limits() == {due}


def test_what_goes_goes_from_it_too(office: TestHouse) -> None:
    found = copies(office, [{"copywriter": 7}])
    assert members(office, found[0]) == [7]
    with office.banli.store.engine.begin() as connection:
        connection.execute(delete(case).where(case.c.id == found[0]))
    assert members(office, found[0]) == []


def test_a_house_from_before_is_filled_in(office: TestHouse) -> None:
    row = case_of(office, office.people["张三"])
    [closed] = copies(office, [{"copywriter": 7}], state="closed")
    url = office.banli.settings.database_url.get_secret_value()
    migrate.downgrade(url, "0022")
    migrate.upgrade(url)
    assert members(office, row["id"]) == sorted(set(row["team"].values()))
    assert members(office, closed) == []


def copies(house: TestHouse, teams: list[dict[str, int]], **values: object) -> list[int]:
    """Cases like the one that is there, each with such a team; the first one has been late for longest."""
    now = house.clock.now()
    row = {name: value for name, value in case_of(house, house.people["张三"]).items() if name != "id"}
    first = next(_numbers)

    def add(uow: UnitOfWork) -> list[int]:
        made: list[int] = []
        for n, team in enumerate(teams):
            due = now - timedelta(hours=len(teams) - n)
            own = {"number": f"V-{first}-{n:04}", "team": team, "due": due, "version": 1}
            made.append(uow.add(case, **{**row, **own, **values})["id"])
            uow.add(
                task, case_id=made[-1], role="copywriter", staff_id=None, title={"zh-CN": "x", "en": "x"}, due=due,
                created_at=now, department_id=values.get("department_id", row["department_id"]),
            )  # fmt: skip
        return made

    return list(house.banli.store.run(add))


def test_his_own_are_found_behind_those_of_all_others(office: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest overdue first, each once, among however many of others; of a colleague's for whoever stands in."""
    monkeypatch.setattr(overdue, "LOOKED", 50)
    lead = office.people["组长丁"]
    department = lead_of(office).department
    others = copies(office, [{"copywriter": 70 + n % 20} for n in range(60)], department_id=None)
    his = copies(office, [{"copywriter": 7, "reviewer": 7}, {"consultant": 7}, {"copywriter": 8}], department_id=None)
    leads = copies(office, [{"copywriter": 70}, {"copywriter": lead.id}, {"copywriter": 71}], department_id=department)
    member = Actor("staff", 7, roles=frozenset({"copywriter"}))
    deputy = Actor("staff", 9, roles=frozenset({"copywriter"}), stands_for=(member,))
    now = office.clock.now()
    with office.looking() as reader:

        def late(actor: Actor, most: int = 10) -> list[int]:
            return [row["id"] for row in overdue_cases(reader, actor, DEFAULT, of_case, now, most)]

        def tasks(actor: Actor, most: int = 10) -> list[int]:
            return [row["case_id"] for row in overdue_tasks(reader, actor, DEFAULT, task_subject, now, most)]

        assert late(member) == late(deputy) == tasks(member) == tasks(deputy) == his[:2]
        assert late(member, 1) == tasks(member, 1) == his[:1]
        assert late(lead_of(office)) == tasks(lead_of(office)) == leads
        admin = Actor("staff", 1, roles=frozenset({"admin"}))
        assert late(admin) == others[:10]
        assert set(late(admin, 100)) >= {*others, *his, *leads}
        assert len(set(late(admin, 100))) == len(late(admin, 100))
        assert [row["id"] for row in reachable_cases(reader, member, DEFAULT, of_case)] == [his[1], his[0]]


def test_a_lead_finds_his_own_case_in_another_department(office: TestHouse) -> None:
    [his, _] = copies(office, [{"copywriter": office.people["组长丁"].id}, {"copywriter": 70}], department_id=None)
    with office.looking() as reader:
        found = overdue_tasks(reader, lead_of(office), DEFAULT, task_subject, office.clock.now(), 1000)
    assert [row["case_id"] for row in found if row["department_id"] is None] == [his]


def test_many_of_one_moment_are_all_found(office: TestHouse) -> None:
    """More than a page holds: where the next one begins, none is left out and none told twice."""
    moment = office.clock.now() - timedelta(hours=1)
    at_once = copies(office, [{"copywriter": 7}] * (CHUNK * 3 + 1), due=moment)
    member = Actor("staff", 7, roles=frozenset({"copywriter"}))
    with office.looking() as reader:
        found = overdue_cases(reader, member, DEFAULT, of_case, office.clock.now(), 1000)
    assert sorted(row["id"] for row in found) == at_once


def test_whoever_has_just_come_into_the_team_finds_its_tasks(office: TestHouse) -> None:
    """Also before what waits in the same group is written."""
    [case_id] = copies(office, [{"copywriter": 70}])
    member = Actor("staff", 7, roles=frozenset({"copywriter"}))

    def work(uow: UnitOfWork) -> list[int]:
        uow.change(case, case_id, team={"copywriter": 7})
        found = overdue_tasks(uow, member, DEFAULT, task_subject, office.clock.now(), 10)
        return [row["case_id"] for row in found]

    assert office.banli.store.run(work) == [case_id]


def lead_of(house: TestHouse) -> Actor:
    with house.looking() as reader:
        found = actor_of(reader, house.people["组长丁"].id)
    assert found is not None
    return found


def test_a_task_knows_the_department_of_its_case(office: TestHouse) -> None:
    """Also one from before, and on PostgreSQL one that an older version has written beside this one."""
    department, url = lead_of(office).department, office.banli.settings.database_url.get_secret_value()
    [case_id] = copies(office, [{"copywriter": office.people["组长丁"].id}], department_id=department)
    made = office.do(CreateTask(case_id=case_id, role="copywriter", title={"zh-CN": "电话回访", "en": "call back"}))
    assert departments(office, case_id) == [department, department]
    migrate.downgrade(url, "0024")
    migrate.upgrade(url)
    assert departments(office, case_id) == [department, department]
    if office.banli.store.engine.dialect.name == "postgresql":
        columns = "case_id, role, title, state, created_at"
        older = f"INSERT INTO task (id, {columns}) SELECT id + 1, {columns} FROM task WHERE id = {made}"
        with office.banli.store.engine.begin() as connection:
            connection.exec_driver_sql(older)
        assert departments(office, case_id) == [department, department, department]


def departments(house: TestHouse, case_id: int) -> list[int | None]:
    with house.looking() as reader:
        return [each["department_id"] for each in reader.find(task, case_id=case_id)]
