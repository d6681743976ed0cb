"""What standing in for a colleague does not give: nothing that lasts, and no approval of what one made oneself."""

from core.commands.cases import AssignRole
from core.commands.delegations import EndDelegation
from core.commands.desk import GiveTask, HandOver, OfferHandOver, OfferTask
from core.commands.handoffs import AddNote
from core.commands.work import CreateTask
from core.staff.tables import staff as staff_table
from tests.bot.chat import REVIEWER, case_of, open_case
from tests.bot.test_delegation import as_of_now, deputy, give, name_of, outcome
from tests.house import Person, TestHouse
from tests.stories.journey import acting

__all__ = ["deputy"]

TITLE = {"zh-CN": "核对行程", "en": "Check the itinerary"}


def test_a_deputy_does_not_give_the_case_to_himself(office: TestHouse) -> None:
    name = f"想要{len(office.people)}"
    keen, client = office.staff(name, "reviewer", "copywriter", department=office.department("别处")), open_case(office)
    row, made = case_of(office, client), give(office, REVIEWER, keen)
    task_id = office.do(CreateTask(case_id=row["id"], role="reviewer", title=TITLE))
    wanted = [
        HandOver(case_id=row["id"], role="reviewer", staff_id=keen.id),
        *(AssignRole(case_id=row["id"], role=role, staff_id=keen.id) for role in ("reviewer", "copywriter", "sales")),
        GiveTask(task_id=task_id, staff_id=keen.id),
    ]
    assert {outcome(office, keen, each) for each in wanted} == {"not_allowed"}
    _, people = office.do(OfferHandOver(case_id=row["id"], role="reviewer"), as_of_now(office, keen))
    _, others = office.do(OfferTask(task_id=task_id), as_of_now(office, keen))
    assert keen.id not in {each["id"] for each in [*people, *others]}
    office.do(EndDelegation(delegation_id=made), acting(office, REVIEWER))
    assert case_of(office, client)["team"] == row["team"]
    assert outcome(office, keen, AddNote(case_id=row["id"], text="x")) == "not_found"
    office.banli.store.run(lambda uow: uow.change(staff_table, keen.id, active=False))


def test_a_deputy_hands_work_to_others_and_by_his_own_right_to_himself(office: TestHouse, deputy: Person) -> None:
    client = open_case(office)
    row, made = case_of(office, client), give(office, REVIEWER, deputy)
    other = office.staff(f"接手{len(office.people)}", "reviewer")
    assert outcome(office, deputy, HandOver(case_id=row["id"], role="reviewer", staff_id=other.id)) == "done"
    assert case_of(office, client)["team"]["reviewer"] == other.id
    lead = office.staff(f"代主管{len(office.people)}", "supervisor", department=row["department_id"])
    give(office, name_of(other), lead)
    assert outcome(office, lead, AssignRole(case_id=row["id"], role="reviewer", staff_id=lead.id)) == "done"
    office.do(EndDelegation(delegation_id=made), acting(office, REVIEWER))
    for each in (other, lead):
        office.banli.store.run(lambda uow, each=each: uow.change(staff_table, each.id, active=False))
