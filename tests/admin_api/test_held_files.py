"""Files that wait for the virus check over the API: who sees which, and has one checked again."""

from core.cases.tables import case_event
from core.ledger.tables import errand
from tests.admin_api.office import Office
from tests.admin_api.world import build, described


def test_a_supervisor_sees_those_of_his_department_and_has_one_checked_at_once(small_office: Office) -> None:
    office = small_office
    assert {"list_held_files", "check_file_again"} <= {each.name for each in described(office)}
    mine, _, other = build(office)
    shown = office.get("visa.supervisor", "/held-files")["files"]
    assert mine.ids["errand_id"] in [each["id"] for each in shown]
    assert other.ids["errand_id"] not in [each["id"] for each in shown]
    [held] = [each for each in shown if each["id"] == mine.ids["errand_id"]]
    assert (held["case_id"], held["client_id"]) == (mine.ids["case_id"], mine.ids["client_id"])
    assert set(held) == {"id", "case_id", "client_id", "channel", "since", "next_check"}
    path = f"/held-files/{held['id']}/check"
    assert office.call("visa.supervisor", "POST", path).status_code == 204
    with office.parts.reading.open() as reader:
        row = reader.peek(errand, int(held["id"]))
        asked = reader.find(case_event, case_id=int(mine.ids["case_id"]), type="FileCheckAsked")
    assert row is not None
    assert [each["actor_id"] for each in asked] == [office.staff["visa.supervisor"]]
    office.parts.store.run(lambda uow: uow.change(errand, int(held["id"]), state="done"))
    office.refused(409, "stale", "visa.supervisor", "POST", path)
    assert held["id"] not in [each["id"] for each in office.get("visa.supervisor", "/held-files")["files"]]
    office.refused(403, "not_allowed", "visa.consultant", "GET", "/held-files")
