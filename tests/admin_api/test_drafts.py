"""Flows as drafts over the API: written, looked over, published, rolled back; what stays on which version."""

import hashlib
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from core.engine.flow import read_flow
from core.ledger.tables import audit, timer
from core.tasks.tables import task
from tests.admin_api.office import FLOWS, Office
from tests.admin_api.requests import ANY

JP = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_text("utf-8")
TWO = JP.replace("version: 1", "version: 2", 1).replace("en: Japan tourist visa", "en: Japan visa again", 1)


def draft(office: Office, source: str) -> str:
    return str(office.post("visa.admin", "/flow-drafts", {"source": source})["id"])


def publish(office: Office, draft_id: str) -> dict[str, Any]:
    path = f"/flow-drafts/{draft_id}"
    return office.post("visa.admin", f"{path}/publish", headers=office.seen("visa.admin", path))


def versions(office: Office) -> list[int]:
    found = office.get("visa.admin", "/flows?flow=visa_jp_tourist")["flows"]
    return [each["version"] for each in found]


def test_a_draft_is_written_looked_over_mended_and_published(office: Office) -> None:
    broken = TWO.replace("to: collect", "to: nowhere", 1).replace("owner: copywriter", "owner: nobody", 1)
    draft_id = draft(office, broken)
    found = office.get("visa.admin", f"/flow-drafts/{draft_id}/validation")
    assert not found["publishable"]
    assert {each["pointer"].split("/")[1] for each in found["problems"]} >= {"stages", "transitions"}
    lines = broken.splitlines()
    [nobody] = [each for each in found["problems"] if "owner" in each["pointer"]]
    assert "owner: nobody" in lines[nobody["line"] - 1]
    told = office.refused(422, "invalid", "visa.admin", "POST", f"/flow-drafts/{draft_id}/publish", headers=ANY)
    assert [each["pointer"] for each in told["errors"]] == [each["pointer"] for each in found["problems"]]
    assert versions(office) == [1]
    assert office.put("visa.admin", f"/flow-drafts/{draft_id}", {"source": TWO})["source"] == TWO
    assert office.get("visa.admin", f"/flow-drafts/{draft_id}/validation") == {"publishable": True, "problems": []}
    made = publish(office, draft_id)
    assert (made["version"], made["sha256"]) == (2, hashlib.sha256(TWO.encode()).hexdigest())
    assert versions(office) == [2, 1]
    exported = office.call("visa.sales", "GET", f"/flows/{made['id']}/source")
    assert exported.content == TWO.encode()
    office.refused(404, "not_found", "visa.admin", "GET", f"/flow-drafts/{draft_id}")
    office.refused(404, "not_found", "visa.admin", "POST", f"/flow-drafts/{draft_id}/publish", headers=ANY)
    assert office.get("visa.admin", "/flow-drafts")["drafts"] == []


def test_an_older_body_published_again_is_the_newest_version(office: Office) -> None:
    publish(office, draft(office, TWO))
    [first] = [
        each for each in office.get("visa.admin", "/flows?flow=visa_jp_tourist")["flows"] if each["version"] == 1
    ]
    draft_id = office.post("visa.admin", "/flow-drafts", {"from_version_id": first["id"]})["id"]
    again = office.get("visa.admin", f"/flow-drafts/{draft_id}")
    assert (again["flow"], again["based_on"]) == ("visa_jp_tourist", first["id"])
    assert again["source"] == JP.replace("version: 1", "version: 3", 1)  # nothing else is other, comments included
    made = publish(office, draft_id)
    assert (made["version"], made["name"]["en"]) == (3, "Japan tourist visa")
    assert versions(office) == [3, 2, 1]


def test_what_publishing_would_mean_and_what_it_then_means(office: Office) -> None:
    case_id = office.case()
    changed = TWO.replace("owner: copywriter", "owner: consultant", 1)
    draft_id = draft(office, changed)
    found = office.get("visa.admin", f"/flow-drafts/{draft_id}/impact")
    assert found["newest"] == 1
    [staying] = found["staying"]
    assert (staying["version"], staying["open_cases"]) == (1, 1)
    assert staying["open_tasks"] > 0
    [change] = [each for each in found["changes"] if each["part"] == "stages"]
    assert (change["added"], change["removed"], len(change["changed"])) == ([], [], 1)
    publish(office, draft_id)
    assert office.get("visa.admin", f"/cases/{case_id}")["flow_version"] == 1
    again = office.get("visa.admin", f"/flow-drafts/{draft(office, changed)}/impact")
    assert [(each["version"], each["open_cases"]) for each in again["staying"]] == [(2, 0), (1, 1)]
    assert again["changes"] == []


def test_a_draft_begins_with_one_of_two_things_and_is_dropped_for_good(office: Office) -> None:
    for wrong in ({}, {"source": "key: x", "from_version_id": "1"}):
        told = office.refused(422, "invalid", "visa.admin", "POST", "/flow-drafts", json=wrong)
        assert [each["code"] for each in told["errors"]] == ["draft.source"]
    office.refused(404, "not_found", "visa.admin", "POST", "/flow-drafts", json={"from_version_id": "1"})
    draft_id = draft(office, "neither key nor YAML: [")
    assert office.get("visa.admin", "/flow-drafts")["drafts"][0]["flow"] == ""
    assert office.delete("visa.admin", f"/flow-drafts/{draft_id}").status_code == 204
    office.refused(404, "not_found", "visa.admin", "GET", f"/flow-drafts/{draft_id}")
    with office.parts.reading.open() as reader:
        done = reader.find(audit, audit.c.subject == f"draft:{draft_id}")
    assert [(each["command"], each["outcome"]) for each in done] == [("read_draft", "done"), ("DropDraft", "done")]


def test_drafts_are_the_admins_alone(small_office: Office) -> None:
    draft_id = draft(small_office, TWO)
    for method, path in (("GET", ""), ("GET", f"/{draft_id}"), ("POST", f"/{draft_id}/publish")):
        small_office.refused(403, "not_allowed", "visa.supervisor", method, f"/flow-drafts{path}", headers=ANY)


def test_of_eight_who_write_at_once_one_is_heard_and_nothing_is_lost(office: Office) -> None:
    draft_id = draft(office, TWO)
    path = f"/flow-drafts/{draft_id}"
    for method, more in (("PUT", ""), ("DELETE", ""), ("POST", "/publish")):
        sent = {"json": {"source": "x"}} if method == "PUT" else {}
        office.refused(428, "precondition_required", "visa.admin", method, path + more, **sent)
    seen = office.seen("visa.admin", path)

    def write(number: int) -> int:
        body = {"source": f"{TWO}# by {number}\n"}
        return int(office.call("visa.admin", "PUT", path, json=body, headers=seen).status_code)

    with ThreadPoolExecutor(8) as writers:
        answers = list(writers.map(write, range(8)))
    assert sorted(answers) == [200, *[412] * 7]
    kept = office.get("visa.admin", path)["source"]
    assert kept == f"{TWO}# by {answers.index(200)}\n"
    office.refused(412, "precondition_failed", "visa.admin", "POST", f"{path}/publish", headers=seen)
    assert versions(office) == [1]


def test_a_draft_is_compared_with_the_newest_version_or_with_the_one_that_is_named(office: Office) -> None:
    changed = TWO.replace("    due: 7d\n", "    due: 5d\n", 1)
    draft_id = draft(office, changed)
    found = office.get("visa.admin", f"/flow-drafts/{draft_id}/diff")
    assert (found["against"]["version"], found["problems"], found["left_off"]) == (1, [], 0)
    told = {each["pointer"]: each for each in found["changes"]}
    assert set(told) == {"/version", "/name/en", "/stages/1/due"}
    limit = told["/stages/1/due"]
    assert (limit["part"], limit["key"], limit["kind"], limit["old"], limit["new"]) == (
        "stages",
        "collect",
        "changed",
        "7d",
        "5d",
    )
    assert limit["words"] == {
        "zh-CN": "阶段“材料收集”的时限由 7d 改为 5d",
        "en": 'Stage "Documents": limit 7d is now 5d',
    }
    made = publish(office, draft_id)
    again = draft(office, changed)
    assert office.get("visa.admin", f"/flow-drafts/{again}/diff")["changes"] == []
    first = found["against"]["id"]
    assert office.get("visa.admin", f"/flow-drafts/{again}/diff?against={first}") == found
    assert office.get("visa.admin", f"/flows/{made['id']}/diff") == found  # the version before it
    back = office.get("visa.admin", f"/flows/{first}/diff?against={made['id']}")
    assert {each["pointer"]: (each["new"], each["old"]) for each in back["changes"]} == {
        pointer: (each["old"], each["new"]) for pointer, each in told.items()
    }
    assert office.get("visa.admin", f"/flows/{first}/diff") == {
        "against": None,
        "problems": [],
        "changes": [],
        "left_off": 0,
    }
    office.refused(404, "not_found", "visa.admin", "GET", f"/flow-drafts/{again}/diff?against=1")
    office.refused(404, "not_found", "visa.admin", "GET", "/flows/1/diff")
    office.refused(422, "invalid", "visa.admin", "GET", f"/flow-drafts/{again}/diff?against=x")
    for path in (f"/flow-drafts/{again}/diff", f"/flows/{first}/diff"):
        office.refused(403, "not_allowed", "visa.supervisor", "GET", path)


def test_a_draft_that_is_not_right_is_compared_with_nothing_and_says_why(office: Office) -> None:
    draft_id = draft(office, TWO.replace("owner: copywriter", "owner: nobody", 1))
    found = office.get("visa.admin", f"/flow-drafts/{draft_id}/diff")
    assert found["problems"] == office.get("visa.admin", f"/flow-drafts/{draft_id}/validation")["problems"] != []
    assert (found["against"]["version"], found["changes"]) == (1, [])
    office.case()
    told = office.get("visa.admin", f"/flow-drafts/{draft_id}/impact")
    assert [each["gone"] for each in told["occupied"]] == [None]
    assert told["rules"] == []


def test_what_stands_in_a_stage_that_goes_and_what_hangs_on_rules_that_change(office: Office) -> None:
    office.case()
    path = f"/flow-drafts/{draft(office, renamed('collect', 'gather'))}/impact"
    [occupied] = office.get("visa.admin", path)["occupied"]
    assert (occupied["stage"], occupied["version"], occupied["open_cases"]) == ("collect", 1, 1)
    assert (occupied["name"]["en"], occupied["gone"]) == ("Documents", True)
    flow = read_flow(JP.encode())
    with office.parts.reading.open() as reader:
        tasks = Counter(each["key"].split(":")[0] for each in reader.find(task, state="open") if each["key"])
        planned = [each["key"] for each in reader.find(timer, state="waiting") if each["key"].startswith("rule:")]
        timers = Counter(each.split(":")[2] for each in planned)
    assert tasks
    assert timers
    left = {rule.key: (tasks[rule.key], timers[rule.key]) for rule in flow.rules if rule.key in tasks | timers}
    for key, now in ((each, change) for each in left for change in ("removed", "changed")):
        assert touched(office, key, now) == [(key, now, *left[key])]
    assert office.get("visa.admin", f"/flow-drafts/{draft(office, TWO)}/impact")["rules"] == []


def renamed(old: str, new: str) -> str:
    """The flow with another key for a stage."""
    return re.sub(rf"\b{old}\b", new, TWO)


def touched(office: Office, key: str, change: str) -> list[tuple[Any, ...]]:
    """What the impact of a draft says in which one rule has another key, or another name."""
    place = re.compile(rf"(key: ){key}\b(.*?name: \{{zh-CN: )", re.DOTALL)
    by = r"\1other_rule\2" if change == "removed" else rf"\g<1>{key}\g<2>改"
    head, rules = TWO.split("\nrules:\n")
    source = f"{head}\nrules:\n{place.sub(by, rules, count=1)}"
    found = office.get("visa.admin", f"/flow-drafts/{draft(office, source)}/impact")["rules"]
    return [(each["rule"], each["change"], each["open_tasks"], each["open_timers"]) for each in found]
