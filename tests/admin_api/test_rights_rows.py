"""Mission rows of rights over the API: who may do what by his role, and "no" where nobody said yes."""

import pytest

from core.commands.people import AddStaff, IssueApiKey
from core.kit.ids import new_id
from core.staff.policy import ROLES
from tests.admin_api.office import Office
from tests.admin_api.requests import REQUESTS
from tests.admin_api.world import build, described, snapshot
from tests.files.papers import pdf

YES = {
    "register_client": "sales consultant supervisor admin",
    "read_client": "sales consultant copywriter reviewer service supervisor admin",
    "draft_contract": "sales consultant supervisor admin",
    "record_deposit": "finance supervisor admin",
    "read_contract": "sales consultant copywriter reviewer service finance supervisor admin",
    "read_case": "sales consultant copywriter reviewer service finance supervisor admin",
    "set_fields": "sales consultant copywriter reviewer service supervisor admin",
    "review_document": "consultant copywriter reviewer supervisor admin",
    "waive_item": "supervisor admin",
    "assign_role": "supervisor admin",
    "response_times": "supervisor admin",
    "add_note": "sales consultant copywriter reviewer service supervisor admin",
    "invite_client": "sales consultant service supervisor admin",
    "add_staff": "admin",
    "issue_api_key": "admin",
    "set_grant": "admin",
    "publish_flow": "admin",
    "set_text": "admin",
}
"""Who may do what, by hand: an operation of the API and the roles that may. The visa department has the case."""


SPENT = ("record_deposit", "review_document", "waive_item")
"""What can be done to a thing once: whoever may do it next is given another."""


@pytest.mark.row("SE1")
def test_every_role_may_its_own_actions_and_no_others(office: Office) -> None:
    operations = {each.name: each for each in described(office)}
    ids = build_one(office)
    for action, roles in YES.items():
        for role in ROLES:
            may = role in roles.split()
            there = build_one(office) if may and action in SPENT else ids
            answer = operations[action].ask(office, f"visa.{role}", there)
            assert answer.status_code in ((200, 201, 204) if may else (403,)), (action, role, answer.text)


def build_one(office: Office) -> dict[str, str]:
    """A contract, a case of another one with a document that waits, all of them the visa department's."""
    contract_id, case_id = office.contract(), office.case()
    item_id = office.item(case_id, "passport", who="visa.admin")["id"]
    version_id = office.upload(item_id, pdf(words=str(new_id())), who="visa.admin").json()["id"]
    return {
        "contract_id": contract_id,
        "case_id": case_id,
        "item_id": item_id,
        "version_id": version_id,
        "client_id": str(office.clients["张三"]),
        "staff_id": str(office.staff["visa.reviewer"]),
    }


HIS_OWN = {"staff.account", "staff.language", "staff.digest"}  # the rights to one's own account


@pytest.mark.row("SE4")
def test_who_was_granted_nothing_reaches_nothing_over_the_api(office: Office) -> None:
    world = build(office)
    office.post("visa.admin", "/roles", {"role": "trainee", "names": {"zh-CN": "实习", "en": "Trainee"}})
    member = office.do(AddStaff(name="实习生", roles=("trainee",), department_id=office.departments["visa"]))
    office.keys["trainee"] = office.do(IssueApiKey(staff_id=member, name="test"))
    before, tried = snapshot(office), 0
    for operation in described(office):
        if operation.permission in {"member", "anybody"} | HIS_OWN:
            continue
        for owned in world:
            answer = operation.ask(office, "trainee", owned.ids)
            assert answer.status_code == 403, (operation.name, answer.text)
            assert not any(value in answer.text for value in owned.ids.values()), operation.name
        tried += 1
    assert tried > len(REQUESTS) - 15
    assert snapshot(office) == before
