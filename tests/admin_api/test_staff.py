"""Staff and their tasks over the API."""

import pytest

from core.staff.tables import api_key, staff_identity
from tests.admin_api.office import Office


def test_an_admin_builds_a_department_and_its_people(office: Office) -> None:
    top = office.post("visa.admin", "/departments", {"name": "总部"})["id"]
    below = office.post("visa.admin", "/departments", {"name": "分部", "parent_id": top})["id"]
    body = {"name": "主管甲", "roles": ["supervisor"], "department_id": top, "language": "en"}
    boss = office.post("visa.admin", "/staff", body)["id"]
    clerk = office.post(
        "visa.admin", "/staff", {"name": "顾问乙", "roles": ["sales", "consultant"], "department_id": below}
    )["id"]
    for name, staff_id in (("boss", boss), ("clerk", clerk)):
        made = office.post("visa.admin", f"/staff/{staff_id}/keys", {"name": "console"})
        assert made["key"].startswith(made["prefix"])
        office.keys[name], office.staff[name] = made["key"], int(staff_id)
    me = office.get("boss", "/me")
    assert (me["id"], me["name"], me["roles"], me["language"], me["department_id"]) == (
        boss,
        "主管甲",
        ["supervisor"],
        "en",
        top,
    )
    assert me["role_names"]["supervisor"] == {"zh-CN": "主管", "en": "Supervisor"}
    assert (me["permissions"]["case.read"], me["permissions"]["staff.language"]) == ("subtree", "own")
    assert "staff.manage" not in me["permissions"]
    assert me["fields"]["client"]["phone"] == "write"
    case_id = office.case("李四", team={"sales": clerk})
    assert office.get("boss", f"/cases/{case_id}")["department_id"] == below  # his subtree reaches below


def test_a_key_is_shown_once_and_kept_as_a_digest(small_office: Office) -> None:
    staff_id = small_office.staff["visa.sales"]
    answer = small_office.call("visa.admin", "POST", f"/staff/{staff_id}/keys", json={"name": "second"})
    assert "no-store" in answer.headers["cache-control"]
    key = answer.json()["key"]
    with small_office.parts.reading.open() as reader:
        rows = reader.find(api_key, api_key.c.staff_id == staff_id)
    assert [row["name"] for row in rows] == ["test", "second"]
    assert all(key.encode() not in bytes(row["digest"]) and row["prefix"] in key[:10] + "bk_" for row in rows[1:])


def test_an_account_is_bound_to_a_member(office: Office) -> None:
    body = {"channel": "webchat", "account": "demo", "external_id": "desk-1"}
    path = f"/staff/{office.staff['visa.sales']}/identities"
    assert office.call("visa.admin", "POST", path, json=body).status_code == 204
    with office.parts.reading.open() as reader:
        assert [row["staff_id"] for row in reader.find(staff_identity)] == [office.staff["visa.sales"]]
    office.refused(404, "not_found", "visa.admin", "POST", "/staff/7/identities", json=body)


@pytest.mark.parametrize(
    "path, body, pointer",
    [
        ("/staff", {"name": "甲", "roles": ["pilot"]}, "/roles"),
        ("/staff", {"name": "甲", "roles": []}, "/roles"),
        ("/staff", {"name": "甲", "roles": ["sales"], "department_id": 5}, "/department_id"),
        ("/departments", {"name": ""}, "/name"),
    ],
)
def test_wrong_people_are_refused(small_office: Office, path: str, body: dict[str, object], pointer: str) -> None:
    told = small_office.refused(422, "invalid", "visa.admin", "POST", path, json=body)
    assert [each["pointer"] for each in told["errors"]] == [pointer]


def test_a_department_below_none_is_not_found(small_office: Office) -> None:
    small_office.refused(404, "not_found", "visa.admin", "POST", "/departments", json={"name": "x", "parent_id": "7"})


def test_everybody_has_his_own_tasks_and_ends_them_once(office: Office) -> None:
    case_id = office.case()
    [task] = office.get("visa.copywriter", "/tasks")["tasks"]
    assert (task["case_id"], task["case_number"], task["overdue"]) == (case_id, "V-2026-0001", False)
    assert office.get("visa.sales", "/tasks") == {"tasks": [], "next": None}
    path = f"/tasks/{task['id']}/complete"
    office.refused(404, "not_found", "other.copywriter", "POST", path)
    done = office.post("visa.copywriter", path)
    assert (done["state"], done["done_at"]) == ("done", "2026-03-02T02:00:00.000Z")
    told = office.refused(409, "already_decided", "visa.supervisor", "POST", path)
    assert told["who"] == "visa.copywriter"
    assert office.get("visa.copywriter", "/tasks") == {"tasks": [], "next": None}
    assert [each["id"] for each in office.get("visa.copywriter", "/tasks?state=done")["tasks"]] == [task["id"]]
