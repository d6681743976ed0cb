"""Cases over the API: the board, the list, one case, and what is done to it."""

import pytest

from core.commands.work import PublishFlow
from core.conversations.tables import conversation
from core.ledger.tables import outbox
from tests.admin_api.office import FLOWS, Json, Office
from tests.files.papers import pdf


def columns(board: Json) -> dict[str, list[str]]:
    """Stage -> the numbers of the cases in it."""
    return {column["stage"]["key"]: [each["number"] for each in column["cases"]] for column in board["columns"]}


def test_the_board_shows_the_stage_of_every_clients_case(office: Office) -> None:
    office.case("张三")
    contract_id = office.contract("李四")
    office.post("visa.sales", f"/contracts/{contract_id}/activate")
    office.case("王五", department="other")
    board = office.get("visa.supervisor", "/cases?group_by=stage")
    found = columns(board)
    assert (found["signed"], found["collect"]) == (["V-2026-0002"], ["V-2026-0001"])
    assert list(found) == ["signed", "collect", "prepare", "review", "filed", "tracking", "result", "after", "done"]
    assert [column["count"] for column in board["columns"]] == [1, 1, 0, 0, 0, 0, 0, 0, 0]
    collect = board["columns"][1]
    assert collect["stage"]["name"] == {"zh-CN": "材料收集", "en": "Documents"}
    assert [each["client_name"] for each in collect["cases"]] == ["张三"]
    everything = columns(office.get("visa.admin", "/cases?group_by=stage"))
    assert everything["collect"] == ["V-2026-0003", "V-2026-0001"]


def test_the_list_has_what_the_caller_reaches(office: Office) -> None:
    first, second = office.case("张三"), office.case("李四", team={"sales": str(office.staff["visa.sales"])})
    third = office.case("王五", department="other")
    for who, reached in {
        "visa.admin": [third, second, first],
        "visa.finance": [third, second, first],
        "visa.supervisor": [second, first],  # his department's
        "visa.sales": [second, first],
        "visa.reviewer": [first],  # only where he is on the team
        "other.supervisor": [third],
        "other.finance": [third, second, first],
    }.items():
        assert [each["id"] for each in office.get(who, "/cases")["cases"]] == reached, who


def test_the_list_comes_in_pages(small_office: Office) -> None:
    made = [small_office.case(name) for name in ("张三", "李四", "王五")]
    first = small_office.get("visa.admin", "/cases?limit=2")
    assert [each["id"] for each in first["cases"]] == [made[2], made[1]]
    second = small_office.get("visa.admin", f"/cases?limit=2&cursor={first['next']}")
    assert ([each["id"] for each in second["cases"]], second["next"]) == ([made[0]], None)


def test_closed_cases_are_a_list_of_their_own(small_office: Office) -> None:
    case_id = small_office.case()
    state = small_office.post("visa.supervisor", f"/cases/{case_id}/advance", {"trigger": "withdraw", "reason": "改期"})
    assert (state["state"], state["outcome"], state["percent"]) == ("closed", "withdrawn", 100)
    assert small_office.get("visa.admin", "/cases") == {"cases": [], "next": None}
    [closed] = small_office.get("visa.admin", "/cases?state=closed")["cases"]
    assert (closed["id"], closed["outcome"]) == (case_id, "withdrawn")


@pytest.mark.parametrize("query", ["state=lost", "group_by=colour", "limit=0", "limit=5000", "cursor=x"])
def test_a_wrong_parameter_is_named(small_office: Office, query: str) -> None:
    told = small_office.refused(422, "invalid", "visa.admin", "GET", f"/cases?{query}")
    assert [each["parameter"] for each in told["errors"]] == [query.split("=")[0]]


def test_one_case_with_everything_about_it(office: Office) -> None:
    case_id = office.case()
    found = office.get("visa.supervisor", f"/cases/{case_id}")
    assert (found["number"], found["flow"], found["flow_version"]) == ("V-2026-0001", "visa_jp_tourist", 1)
    assert [(each["key"], each["state"]) for each in found["stages"]][:3] == [
        ("signed", "done"),
        ("collect", "current"),
        ("prepare", "todo"),
    ]
    assert (found["done"], found["total"], found["percent"]) == (0, 8, 5)
    assert found["client"] == {"id": str(office.clients["张三"]), "name": "张三"}
    assert {each["role"]: each["id"] for each in found["team"]} == office.team()
    assert [(each["name"], each["kind"]) for each in found["travellers"]] == [("张三", "retired")]
    assert found["fields"]["residence_province"] == "shanghai"
    assert (found["due"], found["overdue"]) == ("2026-03-11T02:00:00.000Z", False)  # 7 working days
    assert {(each["key"], each["status"], each["asked"]) for each in found["items"]} >= {
        ("retire", "todo", True),
        ("receipt", "todo", False),
    }
    assert [each["trigger"] for each in found["steps"]] == ["withdraw"]


def test_a_step_that_is_not_possible_now_says_why(office: Office) -> None:
    case_id = office.case()
    path = f"/cases/{case_id}/advance"
    for body, who, status, code, reasons in (
        ({"trigger": "begin", "stage": "signed"}, "visa.sales", 409, "stale", None),
        ({"trigger": "fly"}, "visa.sales", 409, "not_possible_now", ['this flow has no step "fly"']),
        ({"trigger": "hand_in"}, "visa.reviewer", 403, "not_allowed", None),
        (
            {"trigger": "hand_in"},
            "visa.copywriter",
            409,
            "not_possible_now",
            ['"Hand in for review" is not possible in stage "Documents"'],
        ),
    ):
        told = office.refused(status, code, who, "POST", path, json=body)
        assert told.get("reasons") == reasons
    chinese = {"accept-language": "zh"}
    told = office.refused(
        409, "not_possible_now", "visa.copywriter", "POST", path, json={"trigger": "hand_in"}, headers=chinese
    )
    assert told["reasons"] == ["当前阶段“材料收集”不能“提交复核”"]
    assert told["reasons"][0] in told["detail"]


def test_fields_are_checked_all_at_once_and_steer_the_checklist(office: Office) -> None:
    case_id = office.case()
    path = f"/cases/{case_id}/fields"
    wrong = {"fields": {"days": "many", "colour": "red", "return_date": "soon", "entry_type": "single"}}
    told = office.refused(422, "invalid", "visa.sales", "POST", path, json=wrong)
    assert {(each["pointer"], each["code"]) for each in told["errors"]} == {
        ("/fields/days", "field.value"),
        ("/fields/colour", "field.unknown"),
        ("/fields/return_date", "field.value"),
    }
    before = office.get("visa.sales", f"/cases/{case_id}")
    assert "days" not in before["fields"]
    after = office.post("visa.sales", path, {"fields": {"has_old_passport": True, "return_date": "2026-05-01"}})
    assert after["total"] == before["total"] + 1
    assert office.item(case_id, "passport_old")["asked"]
    told = office.refused(422, "invalid", "visa.sales", "POST", path, json={"fields": {"days": {"a": 1}}})
    assert [each["pointer"] for each in told["errors"]] == ["/fields/days"]


def test_a_computed_field_is_shown_and_nobody_sets_it(small_office: Office) -> None:
    field = """fields:
  - key: nights
    name: {zh-CN: 停留晚数, en: Nights}
    type: int
    source: computed
    compute: {days: [case.depart_date, case.return_date]}
"""
    source = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_text("utf-8").replace("version: 1", "version: 2", 1)
    small_office.do(PublishFlow(source=source.replace("fields:\n", field, 1)))
    path = f"/cases/{small_office.case()}"
    body = {"fields": {"depart_date": "2026-04-28", "return_date": "2026-05-03"}}
    small_office.post("visa.sales", f"{path}/fields", body)
    found = small_office.get("visa.sales", path)
    assert (found["fields"]["nights"], found["computed"]) == (5, ["nights"])
    told = small_office.get("visa.sales", f"{path}/timeline")["events"]
    details = [each["details"] for each in told if each["event"] == "FieldSet"]
    assert [(each["fields"], each["computed"]) for each in details[-2:]] == [
        (["depart_date", "return_date"], False),
        (["nights"], True),
    ]
    wrong = {"fields": {"nights": 3, "return_date": "2026-05-04"}}
    told = small_office.refused(422, "invalid", "visa.sales", "POST", f"{path}/fields", json=wrong)
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/fields/nights", "field.computed")]
    assert small_office.get("visa.sales", path)["fields"]["return_date"] == "2026-05-03"


def test_a_traveller_joins_with_items_of_his_own(office: Office) -> None:
    case_id = office.case()
    before = office.get("visa.sales", f"/cases/{case_id}")["total"]
    body = {"traveller": {"name": "李四", "kind": "employed"}}
    traveller_id = office.post("visa.sales", f"/cases/{case_id}/travellers", body)["id"]
    found = office.get("visa.sales", f"/cases/{case_id}")
    own = [each["key"] for each in found["items"] if each["traveller_id"] == traveller_id and each["asked"]]
    assert {"employment", "licence"} <= set(own)
    assert found["total"] == before + 8
    body = {"traveller": {"name": "李四", "kind": "pilot"}}
    told = office.refused(422, "invalid", "visa.sales", "POST", f"/cases/{case_id}/travellers", json=body)
    assert [each["code"] for each in told["errors"]] == ["case.applicant_type"]


def test_the_team_changes_and_with_it_who_reaches_the_case(office: Office) -> None:
    case_id = office.case()
    path, other = f"/cases/{case_id}", office.staff["other.reviewer"]
    office.refused(404, "not_found", "other.reviewer", "GET", path)
    office.post("visa.supervisor", f"{path}/team", {"role": "reviewer", "staff_id": str(other)})
    assert office.get("other.reviewer", path)["id"] == case_id
    office.refused(404, "not_found", "visa.reviewer", "GET", path)
    office.refused(
        422, "invalid", "visa.supervisor", "POST", f"{path}/team", json={"role": "pilot", "staff_id": str(other)}
    )
    office.refused(404, "not_found", "visa.supervisor", "POST", f"{path}/team", json={"role": "sales", "staff_id": "7"})


def test_words_to_the_client_go_where_he_can_be_reached(office: Office) -> None:
    case_id = office.case()
    path = f"/cases/{case_id}/messages"
    office.refused(422, "invalid", "visa.service", "POST", path, json={"text": "   "})
    assert office.call("visa.service", "POST", path, json={"text": "您好"}).status_code == 204
    with office.parts.reading.open() as reader:
        said = [each["notice"] for each in reader.find(outbox, outbox.c.channel == "webchat")]
        assert len(reader.find(conversation, conversation.c.chat == "visitor-1")) == 1
    assert [(each["kind"], each["params"]) for each in said][-1] == ("said", {"text": "您好"})


def test_a_case_goes_through_to_the_supplement_and_back(office: Office) -> None:
    """The whole way over the API alone: waived papers, checked work, a second person, a receipt, more papers."""
    case_id = office.case()
    path = f"/cases/{case_id}"
    for item in office.get("visa.supervisor", path)["items"]:
        if item["asked"]:
            office.post("visa.supervisor", f"/items/{item['id']}/waive", {"reason": "演练"})
    assert office.get("visa.copywriter", path)["stage"]["key"] == "prepare"  # the flow's rule has moved it
    ready = {"form_filled": True, "itinerary_made": True, "consistency_ok": True}
    office.post("visa.copywriter", f"{path}/fields", {"fields": ready})
    assert office.post("visa.copywriter", f"{path}/advance", {"trigger": "hand_in"})["stage"]["key"] == "review"
    assert office.post("visa.reviewer", f"{path}/advance", {"trigger": "confirm_review"})["stage"]["key"] == "filed"
    told = office.refused(
        409, "not_possible_now", "visa.consultant", "POST", f"{path}/advance", json={"trigger": "file"}
    )
    assert told["reasons"] == ["The receipt must be uploaded first"]
    receipt = b"%PDF-1.4 receipt"
    assert office.upload(office.item(case_id, "receipt")["id"], receipt).status_code == 422
    office.upload(office.item(case_id, "receipt")["id"], pdf())
    filed = office.post("visa.consultant", f"{path}/advance", {"trigger": "file"})
    assert (filed["stage"]["key"], filed["substate"]) == ("tracking", "sent")
    assert (
        office.post("visa.consultant", f"{path}/substate", {"substate": "fingerprints"})["substate"] == "fingerprints"
    )
    office.refused(409, "not_possible_now", "visa.consultant", "POST", f"{path}/substate", json={"substate": "granted"})
    more = {"items": ["means_bank"], "reason": "余额不足"}
    asked = office.post("visa.consultant", f"{path}/supplement", more)
    assert (asked["stage"]["key"], asked["substate"]) == ("result", "supplement")
    assert office.item(case_id, "means_bank")["words"] == "余额不足"
    told = office.refused(
        422, "invalid", "visa.consultant", "POST", f"{path}/supplement", json={"items": ["x"], "reason": "y"}
    )
    assert [each["pointer"] for each in told["errors"]] == ["/items/0"]
