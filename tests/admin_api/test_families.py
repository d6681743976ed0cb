"""Several people on one case over the API: each has a checklist of his own, what all need once is marked so."""

import pytest

from core.cases.tables import case as case_table
from tests.admin_api.office import Office


@pytest.mark.row("CD6")
def test_three_people_on_one_case_each_have_a_list_and_share_what_is_shared(office: Office) -> None:
    travellers = [
        {"name": "张三", "kind": "retired"},
        {"name": "李四", "kind": "employed"},
        {"name": "王五", "kind": "minor"},
    ]
    case = office.get("visa.consultant", f"/cases/{office.case('张三', travellers=travellers)}")
    people = {each["id"]: each["name"] for each in case["travellers"]}
    assert [(each["name"], each["kind"]) for each in case["travellers"]] == [
        ("张三", "retired"), ("李四", "employed"), ("王五", "minor"),
    ]  # fmt: skip
    own = {
        name: {each["key"] for each in case["items"] if people.get(each["traveller_id"]) == name and each["asked"]}
        for name in people.values()
    }
    assert all("passport" in keys for keys in own.values())
    for key, owner in (("retire", "张三"), ("employment", "李四"), ("minor_docs", "王五")):
        assert [name for name, keys in own.items() if key in keys] == [owner]
    shared = [each for each in case["items"] if each["shared"]]
    assert "tickets_hotel" in {each["key"] for each in shared}
    assert {each["traveller_id"] for each in shared} == {None}
    assert len({each["key"] for each in shared}) == len(shared)  # once, whoever travels
    assert {each["traveller_id"] for each in case["items"] if not each["shared"]} == set(people)


def test_a_supplement_of_one_traveller_opens_nothing_of_the_others(office: Office) -> None:
    case_id = office.case(
        "张三", travellers=[{"name": "张三", "kind": "retired"}, {"name": "李四", "kind": "employed"}]
    )
    office.parts.store.run(lambda uow: uow.change(case_table, int(case_id), stage="tracking", substate="sent"))
    case = office.get("visa.consultant", f"/cases/{case_id}")
    people = {each["id"]: each["name"] for each in case["travellers"]}
    rows = {people.get(each["traveller_id"]): each["id"] for each in case["items"] if each["key"] == "passport"}
    more = {"item_ids": [rows["李四"]], "reason": "照片反光"}
    assert office.post("visa.consultant", f"/cases/{case_id}/supplement", more)["substate"] == "supplement"
    after = office.get("visa.consultant", f"/cases/{case_id}")["items"]
    assert [each["id"] for each in after if each["words"] == "照片反光"] == [rows["李四"]]
    for body, pointer in (({"item_ids": ["1"], "reason": "x"}, "/item_ids/0"), ({"reason": "x"}, "/items")):
        told = office.refused(422, "invalid", "visa.consultant", "POST", f"/cases/{case_id}/supplement", json=body)
        assert [each["pointer"] for each in told["errors"]] == [pointer]
