"""Entry rules: what is no date, number, e-mail or phone is refused by one validator, whichever door it comes by."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.app import FLOWS
from bot.web import web
from core.cases.tables import case
from core.commands.cases import OpenForm
from core.commands.contracts import ActivateContract, RecordDeposit
from core.commands.people import IssueApiKey
from core.commands.work import PublishFlow
from core.staff.service import actor_of
from tests.house import TestHouse, open_house

KINDS = ("email", "phone", "date", "int")
PROBES = "".join(
    f"  - {{key: probe_{kind}, name: {{zh-CN: 项 {kind}, en: Probe {kind}}}, type: {kind}, source: staff}}\n"
    for kind in KINDS
)
PROBED = (
    (FLOWS / "visa_jp_tourist" / "v1.yaml")
    .read_text("utf-8")
    .replace("version: 1", "version: 2", 1)
    .replace("\nfields:\n", f"\nfields:\n{PROBES}", 1)
    .replace("    outcome: withdrawn\n", "    outcome: withdrawn\n    form: [FORM]\n", 1)
)
WRONG = {"email": "zhangsan@", "phone": "12-34", "date": "2026-13-01", "int": "three"}
RIGHT: dict[str, Any] = {"email": "zhangsan@example.com", "phone": "+86 138-0000-1234", "date": "2026-05-01", "int": 3}


def by_chat(house: TestHouse, case_id: int, kind: str, value: str) -> str:
    """A form asks a member of staff, who types it: what he is told, nothing where it was taken."""
    adviser = house.people["顾问甲"]
    with house.looking() as reader:
        actor = actor_of(reader, adviser.id)
    assert actor is not None
    house.do(OpenForm(case_id=case_id, trigger="withdraw", confirmed=True), actor)
    adviser.new()
    adviser.says(value)
    return next((each for each in adviser.new() if "不符合要求" in each), "")


def by_api(house: TestHouse, case_id: int, kind: str, value: str) -> str:
    """A program sends it: the sentence of the problem at its field."""
    key = house.do(IssueApiKey(staff_id=house.people["顾问甲"].id, name="test"))
    http = TestClient(web(house.banli, loops=False))
    sent: Any = int(value) if kind == "int" and value.isdigit() else value
    answer = http.post(
        f"/api/v1/cases/{case_id}/fields",
        json={"fields": {f"probe_{kind}": sent}},
        headers={"authorization": f"Bearer {key}", "accept-language": "zh-CN"},
    )
    if answer.status_code == 200:
        return ""
    [told] = answer.json()["errors"]
    assert (answer.status_code, told["pointer"]) == (422, f"/fields/probe_{kind}")
    return str(told["message"])


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(sqlite_url, tmp_path) as opened:
        yield opened.agency()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", [by_chat, by_api], ids=["chat", "api"])
def test_one_validator_for_every_entry(
    house: TestHouse, door: Callable[[TestHouse, int, str, str], str], kind: str
) -> None:
    house.do(PublishFlow(source=PROBED.replace("FORM", f"probe_{kind}")))
    case_id = open_case(house)
    wanted = {
        "email": "邮箱格式应为 name@example.com",
        "phone": "电话号码只能包含 6 到 15 位数字",
        "date": "日期，如 2026-05-01",
        "int": "整数",
    }[kind]
    told = door(house, case_id, kind, WRONG[kind])
    assert f"“项 {kind}”的值不符合要求：{wanted}" in told
    assert f"probe_{kind}" not in fields_of(house, case_id)
    assert door(house, case_id, kind, str(RIGHT[kind])) == ""
    assert fields_of(house, case_id)[f"probe_{kind}"] == RIGHT[kind]


def open_case(house: TestHouse) -> int:
    contract_id = house.contract()
    house.do(RecordDeposit(contract_id=contract_id))
    house.do(ActivateContract(contract_id=contract_id))
    with house.looking() as reader:
        [row] = reader.find(case)
    return int(row["id"])


def fields_of(house: TestHouse, case_id: int) -> dict[str, Any]:
    with house.looking() as reader:
        row = reader.peek(case, case_id)
    assert row is not None
    found: dict[str, Any] = row["fields"]
    return found
