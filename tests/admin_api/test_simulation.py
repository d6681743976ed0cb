"""A draft tried on live cases over the API: figures and examples for whoever may, nothing changed."""

from tests.admin_api.office import Office
from tests.admin_api.test_drafts import TWO, draft, renamed
from tests.admin_api.world import snapshot


def test_a_draft_is_tried_and_what_is_told_stands_for_every_case(small_office: Office) -> None:
    office = small_office
    first, second = office.case(), office.case("李四")
    path = f"/flow-drafts/{draft(office, renamed('collect', 'gather'))}/simulation"
    before = snapshot(office)
    found = office.get("visa.admin", f"{path}?days=7")
    assert snapshot(office) == before
    assert (found["looked_at"], found["left_off"], found["unchanged"], found["differs"]) == (2, 0, 0, True)
    assert found["counts"] == {"stranded": 2, "checklist": 0, "steps": 0, "limit": 0, "substate": 0, "handover": 0}
    stranded = found["examples"]["stranded"]
    assert [each["case_id"] for each in stranded] == [first, second]
    assert stranded[0]["words"][0]["zh-CN"] == "没有阶段“材料收集”，案件将无处可去"
    assert found["events"] > 0
    welcome = next(each for each in found["rules"] if each["rule"] == "welcome")
    assert (welcome["acted_before"], welcome["acted_after"], welcome["differs"]) == (2, 2, False)
    assert {each["action"]: (each["before"], each["after"]) for each in found["actions"]}["send_sms"] == (2, 2)

    page = office.get("visa.admin", f"{path}/cases?limit=1")
    assert [each["case_id"] for each in page["cases"]] == [first]
    assert office.get("visa.admin", f"{path}/cases?cursor={page['next']}")["cases"][0]["case_id"] == second

    same = f"/flow-drafts/{draft(office, TWO)}/simulation"
    assert office.get("visa.admin", same)["unchanged"] == 2
    office.refused(403, "not_allowed", "visa.supervisor", "GET", same)
    office.refused(422, "invalid", "visa.admin", "GET", f"{same}?days=0")
    for wrong, code in (("owner: nobody", "flow.unknown_role"), ("calendar: no-office", None)):
        part = "owner: copywriter" if code else "calendar: cn-office"
        broken = f"/flow-drafts/{draft(office, TWO.replace(part, wrong, 1))}/simulation"
        told = office.refused(422, "invalid", "visa.admin", "GET", broken)
        assert code is None or code in {each["code"] for each in told["errors"]}


def test_a_changed_parameter_is_told_with_its_places_and_the_cases_that_it_concerns(small_office: Office) -> None:
    office = small_office
    case_id = office.case()
    other = TWO.replace("value: 6\n    as_of: 2026-03-01", "value: 9\n    as_of: 2026-06-01", 1)
    other = other.replace("  photo_width_mm:\n    value: 35\n", "  photo_width_mm:\n    value: 40\n", 1)
    at = f"/flow-drafts/{draft(office, other)}"
    found = office.get("visa.admin", f"{at}/simulation")
    months, width = found["params"]
    assert (months["key"], months["versions"], width["key"]) == ("passport_min_months", [1], "photo_width_mm")
    assert (months["old"]["value"], months["new"]["value"], months["new"]["as_of"]) == ("6", "9", "2026-06-01")
    assert months["words"]["zh-CN"].startswith("参数“passport_min_months”由 6（2026-03-01，")
    places = {each["pointer"]: each["words"]["en"] for each in months["uses"]}
    [check] = [words for pointer, words in places.items() if pointer.endswith("/months")]
    assert check.startswith('document "')
    assert (months["cases"], months["kinds"]) == (1, {"check": 1, "text": 1})
    [case] = months["examples"]
    assert case["case_id"] == case_id
    assert any("papers are checked by the new value" in each["en"] for each in case["words"])
    assert (found["unchanged"], found["differs"]) == (1, True)  # no step or item is other: only how papers are judged
    page = office.get("visa.admin", f"{at}/simulation/cases")["cases"]
    assert any("文件按新的值检查" in each["zh-CN"] for each in page[0]["by_params"])
    told = office.get("visa.admin", f"{at}/impact")["params"]
    assert [(each["key"], len(each["uses"])) for each in told] == [
        ("passport_min_months", len(months["uses"])),
        ("photo_width_mm", len(width["uses"])),
    ]
    again = TWO.replace("value: 6\n    as_of: 2026-03-01", "value: 6\n    as_of: 2026-06-01", 1)
    [looked_up] = office.get("visa.admin", f"/flow-drafts/{draft(office, again)}/simulation")["params"]
    assert (looked_up["cases"], len(looked_up["uses"])) == (0, len(months["uses"]))  # the same value, looked up again
