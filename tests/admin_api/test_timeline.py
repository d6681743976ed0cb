"""The timeline over the API: who did what, when, from what to what, why, through which channel, with which file."""

import hashlib
from datetime import timedelta

import pytest

from core.bus.deed import Cause
from core.cases.tables import case_event
from core.commands.cases import OpenItems
from core.commands.documents import KeepFile, SubmitDocument
from core.engine.access import Actor
from core.files.child import Inspector
from core.kit.ids import new_id
from core.store.unit import UnitOfWork
from tests.admin_api.office import Json, Office
from tests.files.papers import pdf

FIRST, SECOND, THIRD = (pdf(words=words) for words in ("first", "second", "third"))


def client_sends(office: Office, item_id: str, data: bytes, inspector: Inspector) -> None:
    """As the chat does it: the client himself hands the file in, on another channel."""
    stored = office.parts.files.put([data], len(data))
    keep = KeepFile(
        name="phone.pdf",
        media_type="application/pdf",
        size=stored.size,
        sha256=stored.sha256,
        handle=stored.handle,
        inspection=inspector.inspect(data).inspection.to_json(),
    )
    client = Actor(kind="client", id=office.clients["张三"])

    def work(uow: UnitOfWork) -> None:
        cause = Cause(client, "chat", new_id(), channel="webchat")
        office.parts.bus.execute(uow, SubmitDocument(item_id=int(item_id), file_id=office.make(uow, keep)), cause)

    office.parts.store.run(work)


def brief(event: Json) -> tuple[object, ...]:
    name = event["who"]["name"]
    return event["event"], name, event["channel"], event["from"], event["to"], event["reason"], event["sha256"]


@pytest.mark.row("DM7")
def test_an_items_timeline_tells_everything_that_was_done_to_it(office: Office, inspector: Inspector) -> None:
    case_id = office.case()
    item_id = office.item(case_id, "retire")["id"]
    hashes = [hashlib.sha256(data).hexdigest() for data in (FIRST, SECOND, THIRD)]

    office.clock.advance(timedelta(minutes=10))
    client_sends(office, item_id, FIRST, inspector)
    office.clock.advance(timedelta(minutes=10))
    versions = [office.item(case_id, "retire")["versions"][0]["id"]]
    body = {"decision": "rejected", "reason": "other", "words": "请重拍"}
    office.post("visa.reviewer", f"/versions/{versions[0]}/review", body)
    office.clock.advance(timedelta(minutes=10))
    versions.append(office.upload(item_id, SECOND).json()["id"])
    office.clock.advance(timedelta(minutes=10))
    versions.append(office.upload(item_id, THIRD, who="visa.copywriter").json()["id"])
    office.clock.advance(timedelta(minutes=10))
    office.post("visa.reviewer", f"/versions/{versions[2]}/review", {"decision": "approved"})
    office.clock.advance(timedelta(minutes=10))
    office.post("visa.supervisor", f"/items/{item_id}/waive", {"reason": "由使馆豁免"})

    events = office.get("visa.supervisor", f"/cases/{case_id}/timeline?item_id={item_id}")["events"]
    assert [brief(each) for each in events] == [
        ("DocumentSubmitted", "张三", "webchat", "todo", "submitted", None, hashes[0]),
        ("DocumentRejected", "visa.reviewer", "api", "submitted", "rework", "other", hashes[0]),
        ("DocumentSubmitted", "visa.consultant", "api", "rework", "submitted", None, hashes[1]),
        ("DocumentSubmitted", "visa.copywriter", "api", "submitted", "submitted", None, hashes[2]),
        ("DocumentApproved", "visa.reviewer", "api", "submitted", "approved", None, hashes[2]),
        ("ItemWaived", "visa.supervisor", "api", "approved", "waived", "由使馆豁免", None),
    ]
    assert events[1]["words"] == "请重拍"
    assert [each["at"] for each in events] == [f"2026-03-02T0{2 + n // 6}:{n % 6}0:00.000Z" for n in range(1, 7)]
    assert [each["version"] and each["version"]["n"] for each in events] == [1, 1, 2, 3, 3, None]
    assert {each["item"]["key"] for each in events} == {"retire"}


def test_the_cases_timeline_tells_stages_people_and_fields(office: Office) -> None:
    case_id = office.case()
    office.post("visa.sales", f"/cases/{case_id}/fields", {"fields": {"return_date": "2026-05-01"}})
    body = {"role": "reviewer", "staff_id": str(office.staff["visa.supervisor"])}
    office.post("visa.supervisor", f"/cases/{case_id}/team", body)
    office.post("visa.consultant", f"/cases/{case_id}/advance", {"trigger": "withdraw", "reason": "改期"})
    events = office.get("visa.supervisor", f"/cases/{case_id}/timeline")["events"]
    told = {each["event"]: each for each in events}
    assert (told["CaseOpened"]["from"], told["CaseOpened"]["to"]) == (None, "open")
    assert (told["ContractActivated"]["from"], told["ContractActivated"]["to"]) == ("draft", "effective")
    assert told["FieldSet"]["details"]["fields"] == ["return_date"]
    assigned = told["RoleAssigned"]
    assert (assigned["from"], assigned["to"]) == (str(office.staff["visa.reviewer"]), body["staff_id"])
    stages = [(each["from"], each["to"]) for each in events if each["event"] == "StageEntered"]
    assert stages == [(None, "signed"), ("signed", "collect"), ("collect", "done")]
    last = [each for each in events if each["event"] == "StageEntered"][-1]
    assert (last["reason"], last["who"]["name"]) == ("改期", "visa.consultant")
    assert (told["CaseClosed"]["from"], told["CaseClosed"]["to"]) == ("open", "closed")
    assert [each["seq"] for each in events] == sorted(each["seq"] for each in events)


def test_nothing_of_the_log_is_lost_and_the_machinery_is_told_on_demand(small_office: Office) -> None:
    case_id = small_office.case()
    with small_office.parts.reading.open() as reader:
        logged = [row["seq"] for row in reader.find(case_event, case_event.c.case_id == int(case_id))]
    path = f"/cases/{case_id}/timeline"
    assert [each["seq"] for each in small_office.get("visa.admin", f"{path}?everything=true")["events"]] == sorted(
        logged
    )
    shown = {each["event"] for each in small_office.get("visa.admin", path)["events"]}
    assert "RuleRan" not in shown


def test_asking_again_is_told_for_each_item(small_office: Office) -> None:
    """What was approved is open again, and the timeline of that item says from what to what."""
    case_id = small_office.case()
    item = small_office.item(case_id, "retire")
    version_id = small_office.upload(item["id"], FIRST).json()["id"]
    small_office.post("visa.reviewer", f"/versions/{version_id}/review", {"decision": "approved"})
    small_office.do(OpenItems(case_id=int(case_id), items=("retire", "photo"), reason="换新版"))
    for key, change in (("retire", ("approved", "rework")), ("photo", ("todo", "todo"))):
        item_id = small_office.item(case_id, key)["id"]
        events = small_office.get("visa.admin", f"/cases/{case_id}/timeline?item_id={item_id}")["events"]
        last = events[-1]
        assert (last["event"], last["from"], last["to"], last["reason"]) == ("ItemsReopened", *change, "换新版")


def test_a_clients_name_is_masked_and_his_conversation_stays_out(small_office: Office, inspector: Inspector) -> None:
    case_id = small_office.case()
    client_sends(small_office, small_office.item(case_id, "retire")["id"], FIRST, inspector)
    small_office.post("visa.service", f"/cases/{case_id}/messages", {"text": "私密的话"})
    for who, name in (("visa.sales", "张三"), ("visa.reviewer", "张*")):
        answer = small_office.call(who, "GET", f"/cases/{case_id}/timeline?everything=true")
        events = answer.json()["events"]
        [sent] = [each for each in events if each["event"] == "DocumentSubmitted"]
        assert sent["who"] == {"kind": "client", "id": str(small_office.clients["张三"]), "name": name}
        assert "私密的话" not in answer.text
        assert [each["event"] for each in events if each["event"] == "SaidToClient"] == ["SaidToClient"]


def test_why_rules_did_or_did_not_act_is_told(small_office: Office) -> None:
    case_id = small_office.case()
    log = small_office.get("visa.reviewer", f"/cases/{case_id}/rules")
    assert log["stopped"] == []
    assert log["runs"]
    for each in log["runs"]:
        assert (each["state"] == "acted") is bool(each["actions"]), each
        assert each["state"] == "acted" or all(words["en"] and words["zh-CN"] for words in each["reasons"]), each
        assert each["set_off"]
        assert set(each["name"]) == {"zh-CN", "en"}
    key = log["runs"][0]["rule"]
    only = small_office.get("visa.reviewer", f"/cases/{case_id}/rules?rule={key}")["runs"]
    assert only == [each for each in log["runs"] if each["rule"] == key]
    path = f"/cases/{case_id}/rules/{key}/rearm"
    small_office.refused(409, "not_possible_now", "visa.supervisor", "POST", path)
    small_office.refused(403, "not_allowed", "visa.reviewer", "POST", path)
