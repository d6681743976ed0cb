"""Delegation over the API: who does whose work, from when to when, and both names on the timeline."""

from tests.admin_api.office import Office
from tests.files.papers import pdf

DAYS = {"first": "2026-03-02", "last": "2026-03-04"}


def test_a_deputy_acts_on_what_is_assigned_and_the_timeline_names_both(office: Office) -> None:
    case_id = office.case()
    version_id = office.upload(office.item(case_id, "retire")["id"], pdf(words="退休证")).json()["id"]
    deputy, path = str(office.staff["other.service"]), f"/versions/{version_id}/review"
    office.refused(403, "not_allowed", "other.service", "POST", path, json={"decision": "approved"})
    made = office.post("visa.reviewer", "/delegations", {"delegate_id": deputy, **DAYS, "role": "reviewer"})
    [mine] = office.get("visa.reviewer", "/delegations")["given"]
    assert (mine["id"], mine["last"], mine["role"], mine["active"]) == (made["id"], "2026-03-04", "reviewer", True)
    assert office.get("other.service", "/delegations")["received"] == [mine]
    assert office.post("other.service", path, {"decision": "approved"})["status"] == "approved"
    events = office.get("visa.reviewer", f"/cases/{case_id}/timeline")["events"]
    [told] = [each for each in events if each["event"] == "DocumentApproved"]
    assert (told["who"]["name"], told["on_behalf_of"]["name"]) == ("other.service", "visa.reviewer")
    assert {each["on_behalf_of"] for each in events if each["event"] == "CaseOpened"} == {None}
    office.refused(404, "not_found", "visa.sales", "POST", f"/delegations/{made['id']}/end")
    assert office.call("visa.supervisor", "POST", f"/delegations/{made['id']}/end").status_code == 204
    assert office.get("visa.reviewer", "/delegations") == {"given": [], "received": []}
    office.refused(403, "not_allowed", "other.service", "POST", path, json={"decision": "approved"})


def test_every_wrong_field_is_named(office: Office) -> None:
    mine = str(office.staff["visa.reviewer"])
    body = {"delegate_id": mine, "first": "2026-03-05", "last": "2026-03-01", "role": "finance"}
    told = office.refused(422, "invalid", "visa.reviewer", "POST", "/delegations", json=body)
    assert {each["pointer"] for each in told["errors"]} == {"/delegate_id", "/last", "/role"}
    other = {"delegate_id": str(office.staff["visa.sales"]), **DAYS, "staff_id": mine}
    office.refused(404, "not_found", "visa.copywriter", "POST", "/delegations", json=other)
    office.post("visa.supervisor", "/delegations", other)


def test_a_deputy_sees_the_tasks_of_his_principal(office: Office) -> None:
    office.case()
    assert office.get("other.service", "/tasks")["tasks"] == []
    office.post("visa.copywriter", "/delegations", {"delegate_id": str(office.staff["other.service"]), **DAYS})
    assert office.get("other.service", "/tasks") == office.get("visa.copywriter", "/tasks")
    assert office.get("other.service", "/tasks")["tasks"]


def test_nobody_delegates_a_higher_rank_or_to_himself_for_another(office: Office) -> None:
    lead, admin = str(office.staff["visa.supervisor"]), str(office.staff["visa.admin"])
    mine, clerk = str(office.staff["visa.reviewer"]), str(office.staff["other.service"])
    for staff_id, delegate in ((admin, lead), (admin, clerk), (mine, lead)):
        body = {"staff_id": staff_id, "delegate_id": delegate, **DAYS}
        office.refused(403, "not_allowed", "visa.supervisor", "POST", "/delegations", json=body)
    office.post("visa.supervisor", "/delegations", {"staff_id": mine, "delegate_id": clerk, **DAYS})


def test_a_right_about_nobody_is_not_delegated(office: Office) -> None:
    office.post("visa.admin", "/delegations", {"delegate_id": str(office.staff["visa.supervisor"]), **DAYS})
    office.refused(403, "not_allowed", "visa.supervisor", "GET", "/texts?prefix=welcome")
    place = "/texts/welcome.client/en"
    office.refused(403, "not_allowed", "visa.supervisor", "PUT", place, json={"words": "x"})


def test_days_that_no_calendar_reaches_are_refused(office: Office) -> None:
    deputy = str(office.staff["other.service"])
    for first, last in (("9999-12-30", "9999-12-31"), ("2032-03-01", "2032-03-02"), ("0001-01-01", "2026-03-04")):
        body = {"delegate_id": deputy, "first": first, "last": last}
        told = office.refused(422, "invalid", "visa.reviewer", "POST", "/delegations", json=body)
        assert {each["pointer"] for each in told["errors"]} == {"/last"}
