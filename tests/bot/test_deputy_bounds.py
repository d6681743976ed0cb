"""What standing in for a colleague does not give: nothing that lasts, and no approval of what one made oneself."""

from core.cases.tables import document_version
from core.commands.cases import AssignRole
from core.commands.delegations import EndDelegation
from core.commands.desk import GiveTask, HandOver, OfferHandOver, OfferTask, SnoozeTask
from core.commands.documents import ReviewDocument
from core.commands.handoffs import AddNote
from core.commands.reviewing import AskSecondLook
from core.commands.work import CreateTask
from core.staff.tables import staff as staff_table
from core.store.unit import UnitOfWork
from tests.bot.chat import COPYWRITER, REVIEWER, case_of, open_case, picture
from tests.bot.test_delegation import as_of_now, deputy, give, name_of, outcome
from tests.house import Person, TestHouse
from tests.stories.journey import acting

__all__ = ["deputy"]

TITLE = {"zh-CN": "核对行程", "en": "Check the itinerary"}


def leave(house: TestHouse, *people: Person) -> None:
    """The next test has colleagues of its own."""

    def work(uow: UnitOfWork) -> None:
        for each in people:
            uow.change(staff_table, each.id, active=False)

    house.banli.store.run(work)


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
    leave(office, keen)


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
    leave(office, other, lead)


def second_look(house: TestHouse, client: Person, second: int) -> int:
    """The newest document of the client waits for the case's reviewer and for this colleague."""
    version_id = newest_version(house, client)
    house.do(AskSecondLook(version_id=version_id, staff_id=second), acting(house, REVIEWER))
    return version_id


def newest_version(house: TestHouse, client: Person) -> int:
    with house.looking() as reader:
        return int(reader.find(document_version, case_id=case_of(house, client)["id"])[-1]["id"])


def test_a_deputy_of_the_same_team_does_the_work_of_his_principal(office: TestHouse) -> None:
    writer, client = office.people[COPYWRITER], open_case(office)
    second = office.staff(f"复审{len(office.people)}", "reviewer")
    client.sends("a.jpg", picture(41), "退休证")
    version_id, case_id = second_look(office, client, second.id), case_of(office, client)["id"]
    task_id = office.do(CreateTask(case_id=case_id, role="reviewer", title=TITLE))
    third = office.staff(f"再审{len(office.people)}", "reviewer")
    acts = [
        AskSecondLook(version_id=version_id, staff_id=third.id),
        SnoozeTask(task_id=task_id, until="hour"),
        ReviewDocument(version_id=version_id, decision="approved"),
    ]
    assert {outcome(office, writer, each) for each in acts} == {"not_possible_now"}
    made = give(office, REVIEWER, writer)
    assert [outcome(office, writer, each) for each in acts] == ["done"] * 3
    with office.looking() as reader:
        [version] = reader.find(document_version, id=version_id)
    assert (version["first_by"], version["first_for"]) == (writer.id, office.people[REVIEWER].id)
    assert outcome(office, third, acts[2]) == "done"
    office.do(EndDelegation(delegation_id=made), acting(office, REVIEWER))
    leave(office, second, third)


def test_nobody_approves_his_own_upload_as_a_deputy_nor_as_the_first_of_two(office: TestHouse) -> None:
    lead, client = office.people[REVIEWER], open_case(office)
    second = office.staff(f"复审{len(office.people)}", "reviewer")
    clerk = office.staff(f"代传{len(office.people)}", "service", department=office.department("别处"))
    client.sends("a.jpg", picture(42), "退休证")
    version_id = second_look(office, client, second.id)
    approve = ReviewDocument(version_id=version_id, decision="approved")
    give(office, name_of(second), clerk)

    def uploaded_by(person: Person) -> None:
        by = {"by_kind": "staff", "by_id": person.id}
        office.banli.store.run(lambda uow: uow.change(document_version, version_id, **by))

    uploaded_by(clerk)
    assert outcome(office, clerk, approve) == "not_allowed"
    uploaded_by(lead)
    assert outcome(office, lead, approve) == "not_allowed"
    assert outcome(office, clerk, approve) == "done"  # for the second reviewer; then it is the uploader's turn
    assert outcome(office, lead, approve) == "done"
    leave(office, second, clerk)
