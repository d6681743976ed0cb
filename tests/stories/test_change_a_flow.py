"""docs/change-a-flow.md in short: notarisation is published by the API, changed under a running case, and the case
moved by a map, taken back and moved again."""

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from bot.app import FLOWS
from bot.web import web
from core.commands.cases import OpenForm, SetFields
from core.commands.people import IssueApiKey
from tests.house import TestHouse, open_house
from tests.stories.journey import acting

ONE = (FLOWS / "notarisation" / "v1.yaml").read_text("utf-8")
STAGE_AND_FIELD = [("version: 1", "version: 2"), ("collect", "gather"), ("use_on", "needed_on"), ("due: 5d", "due: 7d")]
ITEM = """items:
  - key: asked_for
    name: {zh-CN: 使用机构的要求, en: What the receiver asks for}
    requirement: {zh-CN: 使用机构发来的要求。, en: The letter or page of the receiver.}
    per: case
"""
MAP = {"flow": "notarisation", "to": 2, "stages": {"collect": "gather"}, "fields": {"use_on": "needed_on"}}


class Api:
    """An admin's programs; after each call the house comes to rest, as it does by itself where Banli runs."""

    def __init__(self, house: TestHouse) -> None:
        self.house, self.http = house, TestClient(web(house.banli, loops=False))
        staff = house.people["复核丙"].id
        self.key = house.do(IssueApiKey(staff_id=house.staff("管理员", "admin").id, name="test"))
        self.team = {role: str(staff) for role in house.team}

    def __call__(self, method: str, path: str, expected: int = 200, **what: Any) -> Any:
        headers = {"authorization": f"Bearer {self.key}", "accept-language": "en", "if-match": "*"}
        answer = self.http.request(method, f"/api/v1/{path}", headers=headers, **what)
        assert answer.status_code == expected, answer.text
        self.house.rest()
        return answer.json() if answer.content else None

    def publish(self, source: str) -> dict[str, Any]:
        """Draft, look over, publish; what it would have meant for open cases."""
        draft = self("POST", "flow-drafts", 201, json={"source": source})["id"]
        assert self("GET", f"flow-drafts/{draft}/validation") == {"publishable": True, "problems": []}
        impact = self("GET", f"flow-drafts/{draft}/impact")
        counts = self("GET", f"flow-drafts/{draft}/simulation")["counts"]
        self("POST", f"flow-drafts/{draft}/publish", 201)
        return {"impact": impact, "counts": counts}


def changed() -> str:
    source = ONE.replace("items:\n", ITEM, 1)
    for old, new in STAGE_AND_FIELD:
        source = source.replace(old, new)
    return source


def opened(house: TestHouse, api: Api) -> str:
    """A case of the first version; its contract gives a choice of several."""
    body = {
        "client_id": str(house.people["张三"].id),
        "flow": "notarisation",
        "number": "GZ-0001",
        "package": "标准",
        "amount": 68_000,
        "signed_on": house.clock.now().date().isoformat(),
        "travellers": [{"name": "张三", "kind": "adult"}],
        "team": api.team,
        "fields": {"country": "jp", "certificates": ["birth", "degree"], "use_on": "2026-06-01"},
    }
    contract = api("POST", "contracts", 201, json=body)["id"]
    api("POST", f"contracts/{contract}/deposit")
    return str(api("POST", f"contracts/{contract}/activate")["case_id"])


def test_a_running_case_goes_over_to_a_changed_flow_and_back_and_over_again(sqlite_url: str, tmp_path: Path) -> None:
    with open_house(sqlite_url, tmp_path) as house:
        house.agency(flows=None)
        api = Api(house)
        api.publish(ONE)
        case_id = opened(house, api)
        before = api("GET", f"cases/{case_id}")
        assert (before["stage"]["key"], before["fields"]["pieces"]) == ("collect", 2)

        meant = api.publish(changed())
        assert [(each["stage"], each["gone"]) for each in meant["impact"]["occupied"]] == [("collect", True)]
        assert (meant["counts"]["stranded"], meant["counts"]["checklist"]) == (1, 1)

        told = api("POST", "flow-migrations/preview", 422, json=MAP | {"stages": {}})
        assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/stages/collect", "map.uncovered")]
        [would] = api("POST", "flow-migrations/preview", json=MAP)["cases"]
        assert (would["stage_after"], would["added"], would["client_told"]) == ("gather", ["asked_for"], True)
        assert would["fields_renamed"] == {"use_on": "needed_on"}

        house.people["张三"].new()
        batch = api("POST", "flow-migrations", 201, json=MAP)["id"]
        assert "使用机构的要求" in "".join(house.people["张三"].new())
        after = api("GET", f"cases/{case_id}")
        assert (after["stage"]["key"], after["fields"]["needed_on"]) == ("gather", "2026-06-01")
        assert after["due"] == would["due_after"] > before["due"]

        api("POST", f"flow-migrations/{batch}/undo", 204)
        again = api("GET", f"cases/{case_id}")
        assert [again[key] for key in ("stage", "due", "fields")] == [before[key] for key in ("stage", "due", "fields")]
        api("POST", "flow-migrations", 201, json=MAP)
        assert api("GET", f"cases/{case_id}")["stage"]["key"] == "gather"


def test_a_form_asks_only_for_fields_that_are_wanted_now(sqlite_url: str, tmp_path: Path) -> None:
    with open_house(sqlite_url, tmp_path) as house:
        house.agency(flows=None)
        api = Api(house)
        api.publish(ONE.replace("form: [end_reason]", "form: [tracking]"))
        case_id = int(opened(house, api))
        asks = OpenForm(case_id=case_id, trigger="end", confirmed=True)
        house.do(SetFields(case_id=case_id, fields={"by_mail": True, "office_on": "2026-03-16"}))
        house.do(asks, acting(house, "复核丙"))
        assert api("GET", f"cases/{case_id}")["stage"]["key"] == "collect"
        house.do(SetFields(case_id=case_id, fields={"by_mail": False}))
        house.do(asks, acting(house, "复核丙"))
        assert api("GET", f"cases/{case_id}")["stage"]["key"] == "ended"
