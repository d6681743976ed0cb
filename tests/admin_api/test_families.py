"""Several people on one case over the API: each has a checklist of his own, what all need once is marked so."""

import pytest

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
