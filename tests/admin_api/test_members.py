"""Staff administration over the API: members, their accounts, the tree of departments, and the last admin."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.cases.tables import case
from tests.admin_api.office import Office

ADMINS = ("visa.admin", "other.admin")


def bind(office: Office, who: str, external_id: str) -> None:
    body = {"channel": "webchat", "account": "demo", "external_id": external_id}
    office.post("visa.admin", f"/staff/{office.staff[who]}/identities", body)


def test_members_are_listed_read_and_changed(office: Office) -> None:
    sales, other = office.staff["visa.sales"], office.departments["other"]
    listed = office.get("visa.admin", "/staff")["staff"]
    assert len(listed) == len(office.staff)
    assert {each["name"] for each in office.get("visa.admin", f"/staff?department_id={other}")["staff"]} == {
        name for name in office.staff if name.startswith("other.")
    }
    body = {"name": "张三", "roles": ["reviewer", "copywriter"], "department_id": str(other), "language": "en"}
    changed = office.post("visa.admin", f"/staff/{sales}", body)
    assert {name: changed[name] for name in ("name", "department_id", "language", "active", "login")} == {
        "name": "张三",
        "department_id": str(other),
        "language": "en",
        "active": True,
        "login": None,
    }
    assert changed["roles"] == ["copywriter", "reviewer"]
    assert office.get("visa.sales", "/me")["roles"] == ["copywriter", "reviewer"]  # at the next request
    office.refused(403, "not_allowed", "visa.sales", "POST", "/clients", json={"name": "x"})
    assert office.post("visa.admin", f"/staff/{sales}", {"department_id": None})["department_id"] is None
    assert office.get("visa.admin", f"/staff/{sales}")["name"] == "张三"
    office.refused(422, "invalid", "visa.admin", "POST", f"/staff/{sales}", json={"roles": ["pilot"]})
    office.refused(404, "not_found", "visa.admin", "POST", f"/staff/{sales}", json={"department_id": "7"})


def test_who_is_let_go_is_kept_out_at_the_next_request_and_comes_back_without_his_keys(office: Office) -> None:
    sales = office.staff["visa.sales"]
    office.get("visa.sales", "/me")
    office.post("visa.admin", f"/staff/{sales}/disable")
    office.refused(401, "unauthenticated", "visa.sales", "GET", "/me")
    assert [each["active"] for each in office.get("visa.admin", "/staff?active=false")["staff"]] == [False]
    office.post("visa.admin", f"/staff/{sales}/enable")
    office.refused(401, "unauthenticated", "visa.sales", "GET", "/me")
    office.keys["visa.sales"] = office.post("visa.admin", f"/staff/{sales}/keys", {"name": "new"})["key"]
    office.get("visa.sales", "/me")


def test_accounts_are_listed_taken_away_and_bound_again(office: Office) -> None:
    path = f"/staff/{office.staff['visa.sales']}/identities"
    bind(office, "visa.sales", "desk-1")
    [bound] = office.get("visa.admin", path)["identities"]
    assert (bound["channel"], bound["account"], bound["external_id"]) == ("webchat", "demo", "desk-1")
    office.post("visa.admin", f"/identities/{bound['id']}/unbind")
    assert office.get("visa.admin", path)["identities"] == []
    bind(office, "visa.reviewer", "desk-1")
    assert office.get("visa.admin", path)["identities"] == []
    assert office.get("visa.admin", f"/staff/{office.staff['visa.reviewer']}/identities")["identities"] != []


def test_the_last_one_who_manages_staff_stays(office: Office) -> None:
    first, last = (f"/staff/{office.staff[who]}" for who in ADMINS)
    office.post("visa.admin", f"{first}", {"roles": ["supervisor"]})
    office.refused(409, "not_possible_now", "other.admin", "POST", f"{last}/disable")
    told = office.refused(409, "not_possible_now", "other.admin", "POST", last, json={"roles": ["sales"]})
    assert told["detail"].startswith("Nobody else could manage staff")
    office.post("other.admin", last, {"roles": ["admin", "sales"]})
    office.post("other.admin", first, {"roles": ["admin"]})
    office.post("visa.admin", f"{last}/disable")


def test_two_admins_who_let_each_other_go_leave_one(office: Office) -> None:
    with ThreadPoolExecutor(2) as pool:
        one, two = ADMINS
        pairs = [(one, office.staff[two]), (two, office.staff[one])]
        found = list(
            pool.map(lambda pair: office.call(pair[0], "POST", f"/staff/{pair[1]}/disable").status_code, pairs)
        )
    assert 204 in found
    assert set(found) <= {204, 401, 409}
    assert sum(office.call(who, "GET", "/me").status_code == 200 for who in ADMINS) == 1


def test_departments_are_listed_renamed_moved_and_never_below_themselves(office: Office) -> None:
    def post(path: str, **body: object) -> None:
        office.post("visa.admin", f"/departments/{path}", body)

    top = str(office.departments["visa"])
    below = office.post("visa.admin", "/departments", {"name": "日本组", "parent_id": top})["id"]
    lowest = office.post("visa.admin", "/departments", {"name": "东京组", "parent_id": below})["id"]
    post(f"{below}/rename", name="亚洲组")
    tree = {each["id"]: each for each in office.get("visa.admin", "/departments")["departments"]}
    assert (tree[below]["name"], tree[below]["parent_id"], tree[top]["staff"]) == ("亚洲组", top, 8)
    for place in (below, lowest):
        told = office.refused(
            422, "invalid", "visa.admin", "POST", f"/departments/{below}/move", json={"parent_id": place}
        )
        assert told["errors"][0]["code"] == "staff.department_circle"
    post(f"{lowest}/move", parent_id=None)
    post(f"{below}/move", parent_id=lowest)
    office.refused(404, "not_found", "visa.admin", "POST", f"/departments/{below}/move", json={"parent_id": "7"})


def test_of_eight_who_rename_a_department_at_once_one_succeeds(office: Office) -> None:
    path = f"/departments/{office.departments['visa']}"
    office.refused(428, "precondition_required", "visa.admin", "POST", f"{path}/rename", json={"name": "x"})
    for number in range(3):
        seen = office.seen("visa.admin", path)

        def rename(racer: int, seen: dict[str, str] = seen, number: int = number) -> tuple[int, str]:
            name = f"{number}-{racer}"
            answer = office.call("visa.admin", "POST", f"{path}/rename", json={"name": name}, headers=seen)
            return answer.status_code, name

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(rename, range(8)))
        assert sorted(status for status, _ in answers) == [204] + [412] * 7
        [winner] = [name for status, name in answers if status == 204]
        assert office.get("visa.admin", path)["name"] == winner


def test_a_change_of_a_member_is_not_written_over_unseen(office: Office) -> None:
    path = f"/staff/{office.staff['visa.sales']}"
    seen = office.seen("visa.admin", path)
    office.refused(428, "precondition_required", "visa.admin", "POST", path, json={"name": "李四"})
    office.post("other.admin", path, {"roles": ["finance"]})
    office.refused(412, "precondition_failed", "visa.admin", "POST", path, json={"roles": ["sales"]}, headers=seen)
    office.refused(412, "precondition_failed", "visa.admin", "POST", f"{path}/disable", headers=seen)
    assert office.get("visa.admin", path)["roles"] == ["finance"]
    seen = office.seen("visa.admin", path)
    office.post("visa.sales", "/me/digest", {"at": "08:30"})
    assert office.seen("visa.admin", path) == seen  # what he sets for himself is no admin's


def test_a_moved_department_is_seen_by_whoever_leads_above_it_from_then_on(office: Office) -> None:
    case_id = office.case("王五", department="other")
    office.refused(404, "not_found", "visa.supervisor", "GET", f"/cases/{case_id}")
    body = {"parent_id": str(office.departments["visa"])}
    office.post("visa.admin", f"/departments/{office.departments['other']}/move", body)
    assert office.get("visa.supervisor", f"/cases/{case_id}")["id"] == case_id


def test_only_an_empty_department_is_deleted(office: Office) -> None:
    new = office.post("visa.admin", "/departments", {"name": "新部门"})["id"]
    office.refused(409, "not_possible_now", "visa.admin", "POST", f"/departments/{office.departments['visa']}/delete")
    below = office.post("visa.admin", "/departments", {"name": "下级", "parent_id": new})["id"]
    office.refused(409, "not_possible_now", "visa.admin", "POST", f"/departments/{new}/delete")
    office.post("visa.admin", f"/departments/{below}/delete")
    case_id = int(office.case())
    office.parts.store.run(lambda uow: uow.change(case, case_id, department_id=int(new)))
    office.refused(409, "not_possible_now", "visa.admin", "POST", f"/departments/{new}/delete")
    office.parts.store.run(lambda uow: uow.change(case, case_id, state="closed"))
    office.post("visa.admin", f"/departments/{new}/delete")
    for path in (f"/departments/{new}/delete", f"/departments/{below}/rename"):
        body = {"name": "x"} if "rename" in path else None
        office.refused(404, "not_found", "visa.admin", "POST", path, json=body)
    shown = {each["id"] for each in office.get("visa.admin", "/departments")["departments"]}
    assert shown == {str(each) for each in office.departments.values()}
    office.refused(
        404, "not_found", "visa.admin", "POST", "/staff", json={"name": "x", "roles": ["sales"], "department_id": new}
    )


@pytest.mark.parametrize("who", ["visa.supervisor", "visa.sales"])
def test_nobody_else_reads_or_changes_staff(small_office: Office, who: str) -> None:
    staff_id = small_office.staff["visa.reviewer"]
    for path in ("/staff", f"/staff/{staff_id}", f"/staff/{staff_id}/identities", "/departments"):
        small_office.refused(403, "not_allowed", who, "GET", path)
    small_office.refused(403, "not_allowed", who, "POST", f"/staff/{staff_id}", json={"roles": ["admin"]})
