"""Mission rows of rights: by role, by department and by field on every way out, and "no" where nobody said yes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from bot.web import web
from core.bus.deed import Cause
from core.cases.tables import case as case_table
from core.cases.tables import document_version
from core.channel.port import DeliveryFailed
from core.commands.command import COMMANDS
from core.commands.people import AddStaff, IssueApiKey
from core.commands.roles import RoleNames, SetRole
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.files.links import Pass
from core.kit.errors import NotAllowed, NotFound
from core.kit.ids import new_id
from core.staff.service import actor_at
from tests.admin_api.test_fields import PROBED
from tests.files.papers import pdf
from tests.house import Person, TestHouse, open_house
from tests.security.test_bot_rights import MATRIX
from tests.security.test_secrets import logs_at_debug
from tests.security.world import World, build_world

# -- a house with both doors -------------------------------------------------------------------------------------------

NAME, PHONE, SECRET, FILE = "玛珂明", "13912345678", "MARKFIELD", "玛珂明护照.pdf"


class Agency:
    """People at their chats and the same people at the API."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house.agency()
        house.do(PublishFlow(source=PROBED))
        self.http = TestClient(web(house.banli, loops=False), raise_server_exceptions=False)
        self.keys: dict[str, str] = {}
        house.client(NAME, phone=PHONE)
        number = house.contract(client=NAME, probe_contact=SECRET)
        advisers = house.people["顾问甲"]
        advisers.presses("定金")
        advisers.presses("生效")
        self.contract_id = number
        self.case = newest_case(house)
        house.people[NAME].sends(FILE, pdf(words="MARKPAPER"), "退休证")
        with house.looking() as reader:
            [self.version] = reader.find(document_version, case_id=self.case["id"])

    def hire(self, name: str, *roles: str, department: int | None = None) -> Person:
        return self.house.staff(name, *roles, department=department)

    def call(self, who: Person, path: str, method: str = "GET", **what: Any) -> httpx2.Response:
        if who.chat not in self.keys:
            self.keys[who.chat] = str(self.house.do(IssueApiKey(staff_id=who.id, name="test")))
        headers = {"authorization": f"Bearer {self.keys[who.chat]}", "accept-language": "zh-CN"}
        return self.http.request(method, f"/api/v1{path}", headers=headers, **what)

    def download(self, who: Person) -> httpx2.Response:
        """By the link on his card."""
        link = self.house.banli.house.links.link(Pass(who.id, self.version["id"]), self.house.clock.now())
        return self.http.get(link.removeprefix(self.house.banli.settings.base_url))


def newest_case(house: TestHouse) -> dict[str, Any]:
    with house.looking() as reader:
        return reader.find(case_table)[-1]


@pytest.fixture
def agency(database: str, tmp_path: Path) -> Iterator[Agency]:
    with open_house(database, tmp_path) as house:
        yield Agency(house)


# -- SE2: by department ------------------------------------------------------------------------------------------------


@pytest.mark.row("SE2")
def test_a_case_of_one_department_is_invisible_to_another_on_every_way_out(agency: Agency) -> None:
    house, case, number = agency.house, agency.case, agency.case["number"]
    elsewhere = house.department("他部门")
    everything = ("sales", "consultant", "service", "copywriter", "reviewer", "supervisor")
    stranger = agency.hire("外人丁", *everything, department=elsewhere)
    leader = agency.hire("主管戊", "supervisor", department=case["department_id"])
    hidden = (number, NAME, str(case["id"]), FILE)

    def seen(who: Person, path: str) -> str:
        return agency.call(who, path).text

    lists = ("/cases", "/cases?group_by=stage", "/tasks", "/reviews/clear", "/handoffs", "/held-files")
    searches = tuple(f"/find?q={words}" for words in (number, NAME, PHONE))
    for path in (*lists, *searches):
        assert not [each for each in hidden if each in seen(stranger, path)], path
    assert number in seen(leader, "/cases")
    assert all(number in seen(leader, path) for path in searches)

    assert agency.call(stranger, "/reports/response").json()["acknowledged"]["ended"] == 0
    assert agency.call(leader, "/reports/response").json()["acknowledged"]["ended"] > 0

    singles = (
        f"/cases/{case['id']}",
        f"/cases/{case['id']}/timeline",
        f"/contracts/{agency.contract_id}",
        f"/clients/{case['client_id']}",
        f"/versions/{agency.version['id']}/file",
        f"/versions/{agency.version['id']}/preview",
    )
    for path in singles:
        assert agency.call(stranger, path).status_code == 404, path
        assert agency.call(leader, path).status_code == 200, path
    assert agency.download(stranger).status_code == 404
    assert agency.download(leader).status_code == 200

    stranger.new()
    for words in ("看板", f"案 {number}", f"找 {number}", f"找 {NAME}", f"找 {PHONE}", "待办", "批量", "/overdue"):
        told = "\n".join(stranger.says(words).new()).replace(f"“{words.removeprefix('找 ')}”", "")
        assert not [each for each in (NAME, FILE) if each in told.replace(words, "")], words
        assert number not in told or "没有" in told, (words, told)
    assert not [label for label in stranger.button_labels() if number in label or NAME in label]
    leader.new()
    assert number in "\n".join(leader.says("看板").says(f"案 {number}").new())


# -- SE3: by field -----------------------------------------------------------------------------------------------------


@pytest.mark.row("SE3")
def test_a_masked_field_is_masked_on_every_way_out(agency: Agency) -> None:
    house, case = agency.house, agency.case
    number, department = case["number"], case["department_id"]
    checker = agency.hire("复核丁", "reviewer", department=department)  # identity and contact are masked
    seller = agency.hire("销售戊", "supervisor", department=department)
    team = {**case["team"], "reviewer": checker.id}
    house.banli.store.run(lambda uow: uow.change(case_table, case["id"], team=team))
    hidden = (NAME, PHONE, SECRET, FILE)
    paths = (
        f"/cases/{case['id']}",
        f"/cases/{case['id']}/timeline?everything=true",
        f"/clients/{case['client_id']}",
        "/cases",
        "/cases?group_by=stage",
        f"/find?q={number}",
        "/tasks",
    )
    with logs_at_debug() as heard:
        api = {path: agency.call(checker, path) for path in paths}
        checker.new()
        chat = "\n".join(checker.says("看板").says(f"案 {number}").says(f"找 {number}").says("批量").new())
        chat += "\n".join(checker.button_labels())
        name = agency.download(checker)
        other = agency.call(checker, f"/versions/{agency.version['id']}/file")
        wrong = {"fields": {"probe_contact": SECRET, "own_itinerary": SECRET}}
        refused = agency.call(checker, f"/cases/{case['id']}/fields", "POST", json=wrong)
        write = {"fields": {"probe_contact": SECRET}}
        kept_out = agency.call(checker, f"/cases/{case['id']}/fields", "POST", json=write)
        gone = agency.call(checker, f"/find?q={NAME * 100}")
        house.channel.failures = [DeliveryFailed("the line is down")]
        checker.says(f"案 {number}")
    for path, answer in api.items():
        assert answer.status_code == 200, (path, answer.text)
        assert not [each for each in hidden if each in answer.text], path
    assert (api[paths[0]].json()["client"]["name"], api[paths[2]].json()["phone"]) == ("玛**", "139****5678")
    assert number in chat
    assert not [each for each in hidden if each in chat]
    for given in (name, other):
        assert given.status_code == 200
        assert not [each for each in ("%E7%8E%9B", "玛珂") if each in given.headers["content-disposition"]]
    assert (refused.status_code, kept_out.status_code, gone.status_code) == (422, 403, 422)
    for answer in (refused, kept_out, gone):
        assert not [each for each in (PHONE, SECRET, FILE, NAME) if each in answer.text]
    assert "send_failed" in heard.getvalue()
    assert not [each for each in hidden if each in heard.getvalue()]

    shown = agency.call(seller, paths[0]).text + agency.call(seller, paths[2]).text
    assert all(each in shown for each in hidden)
    assert "%E7%8E%9B" in agency.download(seller).headers["content-disposition"]
    assert agency.call(seller, f"/cases/{case['id']}/fields", "POST", json=write).status_code == 200


# -- SE4: "no" where nobody said yes -----------------------------------------------------------------------------------

ADMIN = Actor(kind="staff", id=1, roles=frozenset({"admin"}))
TRAINEE = RoleNames.model_validate({"zh-CN": "实习", "en": "Trainee"})


@pytest.mark.row("SE4")
def test_who_was_granted_nothing_reaches_nothing_on_the_bus(database: str, tmp_path: Path) -> None:
    with open_house(database, tmp_path) as house:
        world = build_world(house)
        house.do(SetRole(role="trainee", names=TRAINEE), actor=ADMIN)
        member = house.do(AddStaff(name="实习生", roles=("trainee",)))
        before = world.state()
        for name, make in MATRIX.items():
            assert refused(world, member, make(world.ids)), name
        assert {type(make(world.ids)).__name__ for make in MATRIX.values()} == set(COMMANDS)
        assert world.state() == before


def refused(world: World, member: int, command: Any) -> bool:
    """Whether the bus says no because it is not his."""
    banli = world.house.banli

    def work(uow: Any) -> Any:
        actor = actor_at(uow, member, uow.now)
        assert isinstance(actor, Actor)
        return banli.bus.attempt(uow, command, Cause(actor, "chat", new_id()))[1]

    return isinstance(banli.store.run(work), NotAllowed | NotFound)
