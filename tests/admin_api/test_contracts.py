"""Contracts over the API, and the case that one opens when it takes effect."""

import pytest

from core.ledger.tables import outbox
from tests.admin_api.office import JP_FIELDS, Office

ALWAYS = {"passport", "photo", "hukou", "form", "tickets_hotel"}
MEANS = {"means_card", "means_bank", "means_deposit", "means_property", "means_tax"}
RETIRED = ALWAYS | MEANS | {"id_card", "retire"}
EMPLOYED = ALWAYS | MEANS | {"id_card", "employment", "licence"}
DESIGNATED = ALWAYS | {"id_card", "enrol"}  # a designated university spares the proof of means


def asked(office: Office, case_id: str) -> list[str]:
    return [item["key"] for item in office.get("visa.sales", f"/cases/{case_id}")["items"] if item["asked"]]


@pytest.mark.row("DM2")
@pytest.mark.parametrize(
    "kind, items", [("retired", RETIRED), ("employed", EMPLOYED), ("designated_student", DESIGNATED)]
)
def test_a_contract_that_takes_effect_opens_a_case_with_a_checklist_of_its_own(
    office: Office, kind: str, items: set[str]
) -> None:
    contract_id = office.contract(kind=kind)
    assert office.get("visa.sales", f"/contracts/{contract_id}")["case_id"] is None
    effective = office.post("visa.sales", f"/contracts/{contract_id}/activate")
    assert effective["status"] == "effective"
    found = asked(office, effective["case_id"])
    assert len(found) == len(items)
    assert set(found) == items


def test_every_traveller_has_items_of_his_own_and_shared_ones_stay_single(small_office: Office) -> None:
    travellers = [{"name": "张三", "kind": "retired"}, {"name": "李四", "kind": "employed"}]
    fields = JP_FIELDS | {"same_hukou": False}
    contract_id = small_office.contract(travellers=travellers, fields=fields)
    case_id = small_office.post("visa.sales", f"/contracts/{contract_id}/activate")["case_id"]
    found = asked(small_office, case_id)
    assert sorted(found) == sorted(
        [*(RETIRED - {"tickets_hotel"}), *(EMPLOYED - {"tickets_hotel"}), "tickets_hotel", "kinship"]
    )


def test_activation_sends_one_text_message_and_gives_the_copywriter_a_task(office: Office) -> None:
    contract_id = office.contract()
    case_id = office.post("visa.sales", f"/contracts/{contract_id}/activate")["case_id"]
    with office.parts.reading.open() as reader:
        messages = reader.find(outbox, outbox.c.channel == "sms")
    assert [(each["person_kind"], str(each["case_id"])) for each in messages] == [("client", case_id)]
    assert messages[0]["person_id"] == office.clients["张三"]
    assert messages[0]["notice"]["params"] == {"message": "welcome"}
    tasks = office.get("visa.copywriter", "/tasks")["tasks"]
    assert [(each["title"]["zh-CN"], each["case_id"]) for each in tasks] == [("跟进客户材料", case_id)]
    assert tasks[0]["due"] == "2026-03-03T02:00:00.000Z"  # one working day after Monday 10:00


def test_a_contract_takes_effect_once(office: Office) -> None:
    contract_id = office.contract()
    case_id = office.post("visa.sales", f"/contracts/{contract_id}/activate")["case_id"]
    told = office.refused(409, "already_decided", "visa.sales", "POST", f"/contracts/{contract_id}/activate")
    assert told["when"].startswith("2026-03-02T02:00:00")
    assert len(office.get("visa.sales", "/cases")["cases"]) == 1
    assert office.get("visa.sales", f"/contracts/{contract_id}")["case_id"] == case_id


def test_the_deposit_is_recorded_once_and_starts_the_collection(small_office: Office) -> None:
    contract_id = small_office.contract()
    case_id = small_office.post("visa.sales", f"/contracts/{contract_id}/activate")["case_id"]
    assert small_office.get("visa.sales", f"/cases/{case_id}")["stage"]["key"] == "signed"
    told = small_office.refused(
        409, "not_possible_now", "visa.sales", "POST", f"/cases/{case_id}/advance", json={"trigger": "begin"}
    )
    assert told["reasons"] == ["The deposit must be paid"]
    paid = small_office.post("visa.finance", f"/contracts/{contract_id}/deposit")
    assert paid["deposit_paid_at"] == "2026-03-02T02:00:00.000Z"
    small_office.refused(409, "already_decided", "visa.finance", "POST", f"/contracts/{contract_id}/deposit")
    state = small_office.post("visa.sales", f"/cases/{case_id}/advance", {"trigger": "begin", "stage": "signed"})
    assert state["stage"]["key"] == "collect"


def test_every_mistake_of_a_contract_is_told_at_once(small_office: Office) -> None:
    body = {
        "client_id": 17,
        "flow": "visa_jp_tourist",
        "number": "",
        "package": "标准",
        "amount": -1,
        "currency": "yuan",
        "signed_on": "yesterday",
        "travellers": [{"name": "张三"}],
        "colour": "red",
    }
    told = small_office.refused(422, "invalid", "visa.sales", "POST", "/contracts", json=body)
    assert {(each["pointer"], each["code"]) for each in told["errors"]} == {
        ("/client_id", "shape.id"),
        ("/number", "shape.short"),
        ("/amount", "shape.range"),
        ("/currency", "shape.pattern"),
        ("/signed_on", "shape.date"),
        ("/travellers/0", "shape.missing"),
        ("/colour", "shape.unknown_key"),
    }


def test_a_number_is_taken_once_and_an_unknown_flow_is_not_found(small_office: Office) -> None:
    small_office.contract(number="HT-1")
    body = {
        "client_id": str(small_office.clients["张三"]),
        "flow": "visa_jp_tourist",
        "number": "HT-1",
        "package": "标准",
        "amount": 0,
        "signed_on": "2026-03-01",
        "travellers": [{"name": "张三", "kind": "retired"}],
    }
    told = small_office.refused(409, "number_taken", "visa.sales", "POST", "/contracts", json=body)
    assert "HT-1" in told["detail"]
    body |= {"number": "HT-2", "flow": "visa_xx"}
    small_office.refused(404, "not_found", "visa.sales", "POST", "/contracts", json=body)
