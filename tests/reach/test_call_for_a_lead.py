"""`role: lead` always finds somebody: the department of a case opened without a team, and a lead who is on the case."""

from datetime import timedelta

from core.commands.cases import OpenCase
from core.commands.contracts import Traveller
from core.commands.values import FieldValue
from core.commands.work import PublishFlow
from core.ledger.tables import outbox
from core.staff.tables import staff
from core.tasks.tables import task
from tests.house import START, Person
from tests.reach.conftest import HERE, Leads

CALL = "{action: notify_staff, args: {role: supervisor, message: nobody_called}}"
TO_LEAD = """{action: notify_staff, args: {role: lead, message: nobody_called}}
      - {action: create_task, args: {role: lead, title: {zh-CN: 介入, en: Step in}, due: 2h}}"""
LATER = START + timedelta(hours=2)


def publish(leads: Leads) -> None:
    source = (HERE / "lead.yaml").read_text("utf-8")
    assert CALL in source
    leads.group("综合组", "sales", "乙")
    leads.house.do(PublishFlow(source=source.replace(CALL, TO_LEAD)))


def called(leads: Leads, case_id: int) -> tuple[set[int], list[int]]:
    """Who was told that nobody called, and whose the task is."""
    told = leads.rows(outbox, case_id=case_id, person_kind="staff")
    words = {each["person_id"] for each in told if each["notice"]["params"].get("message") == "nobody_called"}
    return words, [each["staff_id"] for each in leads.rows(task, case_id=case_id) if each["title"]["en"] == "Step in"]


def without_a_team(leads: Leads, client: Person) -> int:
    one = (Traveller(name="甲", kind="company"),)
    fields: dict[str, FieldValue] = {"province": "hz", "industry": "manufacturing"}
    return int(leads.house.do(OpenCase(client_id=client.id, flow="lead", travellers=one, team={}, fields=fields)))


def test_a_case_opened_without_a_team_gets_the_department_of_whoever_is_found(small: Leads) -> None:
    [seller] = small.group("销售A组", "sales", "甲一", region="华东")
    [department] = [each["department_id"] for each in small.rows(staff, id=seller.id)]
    boss = small.house.staff("组长", "supervisor", department=department)
    publish(small)
    case_id = without_a_team(small, small.house.client("客户一"))
    row = small.row(case_id)
    assert (row["team"], row["department_id"]) == ({"sales": seller.id}, department)
    small.house.move_to(LATER)
    assert called(small, case_id) == ({boss.id}, [boss.id])


def test_the_only_lead_is_called_though_he_is_on_the_case(small: Leads) -> None:
    small.group("销售A组", "sales", "甲一", region="华东")
    publish(small)
    case_id = small.opened(small.house.client("客户一"), "lead", province="hz", industry="manufacturing")
    small.house.move_to(LATER)
    assert called(small, case_id) == ({small.lead.id}, [small.lead.id])
