"""Reviews over the API: decided once, with ticks, dates and reasons."""

from core.ledger.tables import outbox
from tests.admin_api.office import Json, Office
from tests.files.papers import pdf
from tests.files.pictures import jpg


def submitted(office: Office, key: str = "retire", data: bytes | None = None) -> tuple[str, str]:
    """A case and the id of a version that waits for its review."""
    case_id = office.case()
    item_id = office.item(case_id, key)["id"]
    answer = office.upload(item_id, data if data is not None else pdf(words="pension"))
    return case_id, answer.json()["id"]


def finding(version: Json, check: str) -> Json:
    found: Json = next(each for each in version["findings"] if each["check"] == check)
    return found


def test_a_version_is_decided_once(office: Office) -> None:
    case_id, version_id = submitted(office)
    path = f"/versions/{version_id}/review"
    decided = office.post("visa.reviewer", path, {"decision": "approved", "note": "checked"})
    assert (decided["status"], decided["note"]) == ("approved", "checked")
    assert decided["reviewed_by"]["name"] == "visa.reviewer"
    assert office.item(case_id, "retire")["status"] == "approved"
    told = office.refused(409, "already_decided", "visa.supervisor", "POST", path, json={"decision": "approved"})
    assert told["who"] == "visa.reviewer"
    assert told["detail"] == "Approved by visa.reviewer at 2026-03-02 02:00 UTC (v1)."


def test_of_a_closed_case_nothing_is_decided(office: Office) -> None:
    case_id, version_id = submitted(office)
    office.post("visa.supervisor", f"/cases/{case_id}/advance", {"trigger": "withdraw", "reason": "改期"})
    path = f"/versions/{version_id}/review"
    for decision in ({"decision": "approved"}, {"decision": "rejected", "reason": "blur"}):
        told = office.refused(409, "not_possible_now", "visa.reviewer", "POST", path, json=decision)
        assert told["detail"] == "The case is closed."
    assert office.item(case_id, "retire")["status"] == "submitted"


def test_a_rejection_needs_a_reason_of_the_flow(small_office: Office) -> None:
    case_id, version_id = submitted(small_office)
    path = f"/versions/{version_id}/review"
    for body, pointer in (
        ({"decision": "rejected"}, "/reason"),
        ({"decision": "rejected", "reason": "ugly"}, "/reason"),
        ({"decision": "rejected", "reason": "other"}, "/words"),
        ({"decision": "maybe"}, "/decision"),
    ):
        told = small_office.refused(422, "invalid", "visa.reviewer", "POST", path, json=body)
        assert [each["pointer"] for each in told["errors"]] == [pointer]
    small_office.post("visa.reviewer", path, {"decision": "rejected", "reason": "blur"})
    item = small_office.item(case_id, "retire")
    assert (item["status"], item["reason"]) == ("rework", "blur")


def test_what_no_machine_sees_must_be_ticked_first(office: Office) -> None:
    _, version_id = submitted(office, "passport", jpg())
    path = f"/versions/{version_id}"
    told = office.refused(
        409, "not_possible_now", "visa.reviewer", "POST", f"{path}/review", json={"decision": "approved"}
    )
    assert "signature" in told["detail"]
    office.refused(409, "not_possible_now", "visa.reviewer", "POST", f"{path}/ticks", json={"check": "seal"})
    ticked = office.post("visa.reviewer", f"{path}/ticks", {"check": "signature"})
    assert ticked["ticks"] == ["signature"]
    assert finding(ticked, "signature")["outcome"] == "ok"
    assert office.post("visa.reviewer", f"{path}/review", {"decision": "approved"})["status"] == "approved"


def test_a_date_that_the_reviewer_reads_is_checked_again(office: Office) -> None:
    case_id, version_id = submitted(office, "passport", jpg())
    office.post("visa.consultant", f"/cases/{case_id}/fields", {"fields": {"return_date": "2026-05-01"}})
    path = f"/versions/{version_id}/dates"
    good = office.post("visa.reviewer", path, {"name": "expires", "value": "2030-01-31"})
    assert (good["dates"], finding(good, "expiry_after")["outcome"]) == ({"expires": "2030-01-31"}, "ok")
    bad = office.post("visa.reviewer", path, {"name": "expires", "value": "2026-06-01"})
    assert finding(bad, "expiry_after")["outcome"] == "fail"
    told = office.refused(422, "invalid", "visa.reviewer", "POST", path, json={"name": "born", "value": "x"})
    assert {each["pointer"] for each in told["errors"]} == {"/name", "/value"}


def test_the_client_is_told_in_the_same_commit(small_office: Office) -> None:
    office = small_office
    _, version_id = submitted(office)
    office.post("visa.reviewer", f"/versions/{version_id}/review", {"decision": "rejected", "reason": "blur"})
    with office.parts.reading.open() as reader:
        notices = reader.find(outbox, outbox.c.person_kind == "client", outbox.c.channel == "webchat")
    assert notices[-1]["notice"]["kind"] == "rework"
    assert notices[-1]["notice"]["params"]["reason"] == "blur"


def test_two_people_decide_when_the_first_asks_a_second(office: Office) -> None:
    case_id = office.case()
    version_id = office.upload(office.item(case_id, "retire")["id"], pdf(words="退休证")).json()["id"]
    path, second = f"/versions/{version_id}/second-look", str(office.staff["visa.supervisor"])
    told = office.post("visa.reviewer", path, {"staff_id": second})["second_look"]
    assert (told["asked_by"]["name"], told["reviewer"]["name"]) == ("visa.reviewer", "visa.supervisor")
    assert told["first_by"] is None
    approve = {"decision": "approved"}
    office.refused(409, "not_possible_now", "visa.copywriter", "POST", f"/versions/{version_id}/review", json=approve)
    version = office.post("visa.supervisor", f"/versions/{version_id}/review", approve)
    assert (version["status"], version["second_look"]["first_by"]["name"]) == ("submitted", "visa.supervisor")
    office.refused(409, "already_decided", "visa.supervisor", "POST", f"/versions/{version_id}/review", json=approve)
    assert office.post("visa.reviewer", f"/versions/{version_id}/review", approve)["status"] == "approved"
    office.refused(409, "already_decided", "visa.reviewer", "POST", path, json={"staff_id": second})
