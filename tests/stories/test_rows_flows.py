"""Mission rows about flows that an agency's own people change: found by country and level, edited node by node."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from bot.web import web
from core.cases.tables import case
from core.commands.cases import AdvanceCase
from core.commands.people import AddStaff, IssueApiKey
from core.store.sealing import Row
from core.tasks.tables import task
from tests.bot.chat import new_client
from tests.house import Person, TestHouse, fresh_house
from tests.services.databases import KINDS, Databases
from tests.stories.journey import acting

STUDY = """key: study_KEY
version: 1
kind: study
name: {zh-CN: 留学申请, en: Study abroad}
meta: {META}
calendar: cn-office
roles: [sales, consultant, supervisor]
applicant_types: [{key: student, name: {zh-CN: 学生, en: Student}}]
fields:
  - {key: docs_due, name: {zh-CN: 材料截止日, en: Documents due}, type: date, source: staff}
  - {key: filing, name: {zh-CN: 计划递交日, en: Planned filing}, type: date, source: staff}
stages:
  - {key: FIRST, name: {zh-CN: 准备, en: Preparing}, client_text: {zh-CN: 准备中。, en: Preparing.},
     owner: consultant, due: 5d, weight: 50}
  - {key: apply, name: {zh-CN: 申请, en: Applying}, client_text: {zh-CN: 申请中。, en: Applying.},
     owner: consultant, due: 10d, weight: 50}
  - {key: done, name: {zh-CN: 结束, en: Done}, client_text: {zh-CN: 已结束。, en: Done.},
     owner: consultant, final: true}
transitions:
  - {key: go_on, from: [FIRST], to: apply, label: {zh-CN: 进入申请, en: Go on}, by: [consultant]}
  - {key: finish, from: [apply], to: done, label: {zh-CN: 录取, en: Offer}, by: [consultant], outcome: granted}
  - {key: refuse, from: [apply], to: done, label: {zh-CN: 拒绝, en: Refused}, by: [consultant], outcome: refused}
items: []
rules:
  - key: refused_before
    name: {zh-CN: 曾被拒, en: Refused before}
    on: CaseOpened
    when: {all: [{field: history.refused, op: gt, value: 0}]}
    then: [{action: notify_staff, args: {role: consultant, message: warn}}]
  - key: late_soon
    name: {zh-CN: 时限将至, en: Soon late}
    at: {anchor: stage.due, offset: -1d, in: [FIRST]}
    then: [{action: create_task, args: {role: consultant, title: {zh-CN: 时限将至, en: Soon late}, due: 4h}}]
messages:
  warn: {zh-CN: "{name} 曾被拒，请留意。", en: "{name} was refused before."}
  docs: {zh-CN: "您好 {name}，请尽快提交材料。", en: "Hello {name}, please send your documents."}
"""
REMIND = """  - key: docs_due
    name: {zh-CN: 材料截止提醒, en: Documents due}
    at: {anchor: case.docs_due, offset: -1cd}
    then: [{action: notify_client, args: {message: docs}}]
messages:
"""
VARIANTS = {
    "gb_master": ("country: GB, level: master", "essay"),
    "gb_phd": ("country: GB, level: phd", "proposal"),
    "de_master": ("country: DE, level: master", "aps"),
}
YAML = {"content-type": "application/yaml"}


def source(key: str) -> str:
    meta, first = VARIANTS[key]
    return STUDY.replace("KEY", key).replace("META", meta).replace("FIRST", first)


class Admin:
    """An admin at the API of a house."""

    def __init__(self, house: TestHouse) -> None:
        self.house, self.numbers = house, count(1)
        staff_id = house.do(AddStaff(name="管理员", roles=("admin", "sales")))
        secret = house.do(IssueApiKey(staff_id=staff_id, name="flows"))
        self.http: httpx2.Client = TestClient(web(house.banli, loops=False))
        self.headers = {"authorization": f"Bearer {secret}", "accept-language": "en", "if-match": "*"}

    def call(self, method: str, path: str, status: int = 200, **what: Any) -> Any:
        """What a request gives; any other status is a failure of the test."""
        headers = {**self.headers, **what.pop("headers", {})}
        answer = self.http.request(method, f"/api/v1{path}", headers=headers, **what)
        assert answer.status_code == status, answer.text
        self.house.rest()
        return answer.json() if answer.content else None

    def contract(self, client: Person, status: int = 201, **which: Any) -> Any:
        """A drafted contract whose flow is named or found; returns the answer."""
        body = {
            "client_id": str(client.id),
            "number": f"LX-{next(self.numbers)}",
            "package": "标准",
            "amount": 100,
            "signed_on": "2026-03-01",
            "travellers": [{"name": "张三", "kind": "student"}],
            "team": {role: str(staff_id) for role, staff_id in self.house.team.items()},
        }
        return self.call("POST", "/contracts", status, json=body | which)

    def open(self, client: Person, **which: Any) -> Row:
        """The case of a new contract that has taken effect."""
        contract_id = self.contract(client, **which)["id"]
        self.call("POST", f"/contracts/{contract_id}/deposit")
        case_id = int(self.call("POST", f"/contracts/{contract_id}/activate")["case_id"])
        with self.house.looking() as reader:
            row = reader.peek(case, case_id)
        assert row is not None
        return row

    def publish(self, flow: str, *changes: tuple[str, str]) -> dict[str, Any]:
        """Draft the newest version with other words, look at what it would mean, publish it; returns the simulation."""
        newest = max(self.call("GET", f"/flows?flow={flow}")["flows"], key=lambda each: each["version"])
        draft = self.call("POST", "/flow-drafts", 201, json={"from_version_id": newest["id"]})["id"]
        text = self.call("GET", f"/flow-drafts/{draft}")["source"]
        for was, becomes in changes:
            assert was in text
            text = text.replace(was, becomes, 1)
        self.call("PUT", f"/flow-drafts/{draft}", json={"source": text})
        found: dict[str, Any] = self.call("GET", f"/flow-drafts/{draft}/simulation")
        self.call("POST", f"/flow-drafts/{draft}/publish", 201)
        return found


@pytest.fixture(scope="module", params=KINDS)
def admin(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: Any) -> Iterator[Admin]:
    """An admin of an agency with three variants of one flow, published over the API."""
    with fresh_house(request.param, databases, tmp_path_factory) as house:
        found = Admin(house.agency(flows=None))
        for key in VARIANTS:
            found.call("POST", "/flows", 201, content=source(key).encode(), headers=YAML)
        yield found


@pytest.mark.row("CD5", "PR18")
def test_country_and_level_choose_the_flow_and_its_variants_stand_side_by_side(admin: Admin) -> None:
    client = new_client(admin.house)
    found = {key: admin.open(client, meta=dict(part.split(": ") for part in meta.split(", ")))
             for key, (meta, _) in VARIANTS.items()}  # fmt: skip
    assert {key: (row["flow"], row["stage"]) for key, row in found.items()} == {
        key: (f"study_{key}", first) for key, (_, first) in VARIANTS.items()
    }
    [german] = admin.call("GET", "/templates?country=DE&level=master")["templates"]
    assert german["flow"] == "study_de_master"
    for which, code in (
        ({"meta": {"country": "GB"}}, "flow.meta_several"),
        ({"meta": {"country": "FR"}}, "flow.meta_none"),
        ({}, "contract.flow"),
        ({"flow": "study_gb_phd", "meta": {"country": "GB"}}, "contract.flow"),
    ):
        assert [each["code"] for each in admin.contract(client, 422, **which)["errors"]] == [code]


@pytest.mark.row("PR7", "NC2")
def test_a_node_is_edited_and_only_new_cases_go_by_it(admin: Admin) -> None:
    house, client = admin.house, new_client(admin.house)
    old = admin.open(client, flow="study_gb_phd")
    admin.publish(
        "study_gb_phd", ("owner: consultant, due: 5d", "owner: supervisor, due: 3d"), ("offset: -1d", "offset: -2d")
    )
    new = admin.open(client, flow="study_gb_phd")
    versions = {each["id"]: each["version"] for each in admin.call("GET", "/flows?flow=study_gb_phd")["flows"]}
    assert [versions[str(each["flow_version_id"])] for each in (old, new)] == [1, 2]
    assert [each["due"] - each["entered_at"] for each in (old, new)] == [timedelta(days=7), timedelta(days=3)]
    house.move_to(new["due"] - timedelta(days=2) + timedelta(minutes=1))
    assert _titles(house, new) == ["时限将至"]  # two working days ahead, as the new version says
    assert _titles(house, old) == []
    house.move_to(old["due"] - timedelta(days=1) + timedelta(minutes=1))
    assert _titles(house, old) == ["时限将至"]


@pytest.mark.row("NC3", "CD8")
def test_a_rule_is_added_tried_dry_changed_and_taken_away_and_goes_by_a_date_of_the_case(admin: Admin) -> None:
    house, client = admin.house, new_client(admin.house)
    before = admin.open(client, flow="study_de_master")
    tried = admin.publish("study_de_master", ("messages:\n", REMIND))
    rule = next(each for each in tried["rules"] if each["rule"] == "docs_due")
    assert (tried["looked_at"] > 0, rule["acted_before"]) == (True, 0)
    assert _planned(admin, before, "docs_due") == []  # its version knows no such rule
    row = admin.open(client, flow="study_de_master")
    day = (house.clock.now() + timedelta(days=10)).date()
    moment = house.clock.now()
    for due in (day, day + timedelta(days=4)):
        admin.call("POST", f"/cases/{row['id']}/fields", json={"fields": {"docs_due": due.isoformat()}})
        [moment] = _planned(admin, row, "docs_due")
        assert moment == datetime(due.year, due.month, due.day, 1, tzinfo=UTC) - timedelta(days=1)  # 9:00 in Shanghai
    client.new()
    house.move_to(moment - timedelta(minutes=1))
    assert client.new() == []
    house.move_to(moment)
    assert [text for text in client.new() if "请尽快提交材料" in text] != []
    admin.publish("study_de_master", (REMIND, "messages:\n"))
    last = admin.open(client, flow="study_de_master", fields={"docs_due": (day + timedelta(days=30)).isoformat()})
    assert _planned(admin, last, "docs_due") == []


@pytest.mark.row("CD7")
def test_a_refusal_stands_in_the_history_and_warns_in_the_clients_next_case(admin: Admin) -> None:
    house, client = admin.house, new_client(admin.house)
    consultant = house.people["顾问甲"]
    first = admin.open(client, flow="study_gb_master")
    assert [text for text in consultant.new() if "曾被拒" in text] == []
    for trigger in ("go_on", "refuse"):
        house.do(AdvanceCase(case_id=first["id"], trigger=trigger), acting(house, "顾问甲"))
    consultant.new()
    second = admin.open(client, flow="study_gb_master")
    assert len([text for text in consultant.new() if "曾被拒" in text]) == 1
    history = {int(each["id"]): each["outcome"] for each in admin.call("GET", f"/clients/{client.id}/360")["cases"]}
    assert history == {first["id"]: "refused", second["id"]: None}
    log = admin.call("GET", f"/cases/{second['id']}/rules?rule=refused_before")["runs"]
    assert [each["state"] for each in log] == ["acted"]


def _titles(house: TestHouse, row: Row) -> list[str]:
    with house.looking() as reader:
        return [each["title"]["zh-CN"] for each in reader.find(task, case_id=row["id"])]


def _planned(admin: Admin, row: Row, rule: str) -> list[datetime]:
    found = admin.call("GET", f"/cases/{row['id']}/rules?rule={rule}")["planned"]
    return [datetime.fromisoformat(each["due"]) for each in found]
