"""The staff desk over the API: tags of a client, a talk taken down, work handed over."""

from core.cases.tables import case
from tests.admin_api.office import Office


def test_tags_are_put_on_listed_and_taken_off(office: Office) -> None:
    office.case()
    path = f"/clients/{office.clients['张三']}"
    assert office.post("visa.consultant", f"{path}/tags", {"tag": "加急办理"}) == {"tags": ["加急办理"]}
    assert office.post("visa.consultant", f"{path}/tags", {"tag": " 加急办理 "}) == {"tags": ["加急办理"]}
    assert office.post("visa.copywriter", f"{path}/tags", {"tag": "VIP"}) == {"tags": ["加急办理", "VIP"]}
    assert office.get("visa.reviewer", path)["tags"] == ["加急办理", "VIP"]
    assert office.post("visa.consultant", f"{path}/tags/remove", {"tag": "vip"}) == {"tags": ["加急办理"]}
    assert office.get("visa.sales", f"{path}/tags") == {"tags": ["加急办理"]}
    office.refused(404, "not_found", "visa.consultant", "POST", f"{path}/tags/remove", json={"tag": "vip"})
    told = office.refused(422, "invalid", "visa.consultant", "POST", f"{path}/tags", json={"tag": "##"})
    assert [each["code"] for each in told["errors"]] == ["client.tag"]


def test_a_talk_is_on_the_timeline_with_author_and_time(office: Office) -> None:
    case_id = office.case()
    body = {"summary": "计划五月出行", "demand": "加急", "assessment": "可行"}
    made = office.post("visa.consultant", f"/cases/{case_id}/consultations", body)
    events = office.get("visa.copywriter", f"/cases/{case_id}/timeline")["events"]
    [told] = [each for each in events if each["event"] == "ConsultationRecorded"]
    assert told["details"] == {"consultation_id": made["id"], **body}
    assert (told["who"]["name"], told["at"]) == ("visa.consultant", "2026-03-02T02:00:00.000Z")
    blank = body | {"demand": "  "}
    path = f"/cases/{case_id}/consultations"
    told = office.refused(422, "invalid", "visa.consultant", "POST", path, json=blank)
    assert [each["pointer"] for each in told["errors"]] == ["/demand"]


def test_work_is_handed_over_with_its_tasks(office: Office) -> None:
    case_id = office.case()
    [work] = office.get("visa.copywriter", "/tasks")["tasks"]
    other = str(office.staff["other.copywriter"])
    path, body = f"/cases/{case_id}/hand-over", {"role": "copywriter", "staff_id": other}
    told = office.refused(403, "not_allowed", "visa.consultant", "POST", path, json=body)
    assert "自己" in str(told) or "yourself" in str(told)
    office.post("visa.copywriter", path, body)
    assert office.get("visa.copywriter", "/tasks")["tasks"] == []
    assert [each["id"] for each in office.get("other.copywriter", "/tasks")["tasks"]] == [work["id"]]
    give = {"staff_id": str(office.staff["visa.copywriter"])}
    assert office.post("other.copywriter", f"/tasks/{work['id']}/give", give)["state"] == "open"
    assert [each["id"] for each in office.get("visa.copywriter", "/tasks")["tasks"]] == [work["id"]]
    wrong = {"staff_id": str(office.staff["visa.sales"])}
    office.refused(409, "not_possible_now", "other.copywriter", "POST", f"/tasks/{work['id']}/give", json=wrong)
    events = [each["event"] for each in office.get("visa.admin", f"/cases/{case_id}/timeline")["events"]]
    assert [each for each in events if each != "NotReachable"][-3:] == ["RoleAssigned", "TaskGiven", "TaskGiven"]


def test_a_task_is_put_off_put_back_and_taken(office: Office) -> None:
    office.case()
    [work] = office.get("visa.copywriter", "/tasks")["tasks"]
    path = f"/tasks/{work['id']}"
    put_off = office.post("visa.copywriter", f"{path}/snooze", {"until": "tomorrow"})
    assert put_off["snoozed_until"] == "2026-03-03T01:00:00.000Z"
    office.refused(409, "not_possible_now", "visa.supervisor", "POST", f"{path}/snooze", json={"until": "hour"})
    office.refused(403, "not_allowed", "visa.supervisor", "POST", f"{path}/claim")
    assert office.post("visa.copywriter", f"{path}/release")["staff_id"] is None
    assert office.get("visa.copywriter", "/tasks")["tasks"] == []
    assert office.post("visa.copywriter", f"{path}/claim")["staff_id"] == str(office.staff["visa.copywriter"])
    assert office.post("visa.copywriter", f"{path}/complete")["state"] == "done"
    office.refused(409, "already_decided", "visa.copywriter", "POST", f"{path}/claim")


def test_a_case_is_sent_back_with_a_remark_for_colleagues(office: Office) -> None:
    case_id = office.case()
    path = f"/cases/{case_id}/send-back"
    told = office.refused(
        409, "not_possible_now", "visa.reviewer", "POST", path, json={"to": "signed", "remark": "请更正"}
    )
    assert "更早的阶段" in str(told) or "earlier stage" in str(told)
    told = office.refused(422, "invalid", "visa.reviewer", "POST", path, json={"to": "prepare", "remark": " "})
    assert [each["pointer"] for each in told["errors"]] == ["/remark"]
    office.parts.store.run(lambda uow: uow.change(case, int(case_id), stage="review"))
    told = office.refused(409, "not_possible_now", "visa.reviewer", "POST", path, json={"to": "collect", "remark": "x"})
    assert len(told["reasons"]) == 1  # the one stage to which it can go
    office.refused(403, "not_allowed", "visa.copywriter", "POST", path, json={"to": "prepare", "remark": "x"})
    body = {"to": "prepare", "remark": "请更正", "stage": "review"}
    assert office.post("visa.reviewer", path, body)["stage"]["key"] == "prepare"
    office.refused(409, "stale", "visa.reviewer", "POST", path, json=body)
    events = office.get("visa.copywriter", f"/cases/{case_id}/timeline")["events"]
    [remark] = [each["details"]["remark"] for each in events if each["event"] == "SentBack"]
    assert remark == "请更正"
