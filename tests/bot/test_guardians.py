"""Guardians: a parent is told what the student is told, may look and hand in documents, and nothing else (CD22)."""

import pytest

from core.cases.tables import document_version
from core.cases.tables import item as item_table
from core.commands.command import Command
from core.commands.documents import ReviewDocument, ShowItem, WaiveItem
from core.commands.identity import AskDataRight, RecordConsent, SetGuardian
from core.commands.people import SetClientLanguage
from core.commands.work import AnswerSurvey, SayToClient
from core.engine.access import Actor
from core.kit.errors import Invalid, NotAllowed, NotFound
from core.ledger.tables import outbox
from tests.bot.chat import CONSULTANT, bound, case_of, new_client, open_case, picture
from tests.house import Person, TestHouse
from tests.stories.journey import acting, at_stage


def with_parent(house: TestHouse, *, notify: bool = True) -> tuple[Person, Person]:
    student, parent = open_case(house), new_client(house)
    house.do(SetGuardian(client_id=student.id, person_id=parent.id, notify=notify))
    parent.new()
    return student, parent


def stage_pushes(house: TestHouse, client: Person) -> list[tuple[int, str]]:
    """Person and chat of every notice of a new stage of the client's case."""
    with house.looking() as reader:
        rows = reader.find(outbox, case_id=case_of(house, client)["id"], copy_of=None)
    return sorted((row["person_id"], row["chat"]) for row in rows if row["notice"]["kind"] == "stage")


@pytest.mark.row("CD22")
def test_a_stage_push_goes_to_the_two_identities(office: TestHouse) -> None:
    student, parent = at_stage(office, "filed"), new_client(office)
    before = stage_pushes(office, student)
    assert {chat for _, chat in before} == {student.chat}
    office.do(SetGuardian(client_id=student.id, person_id=parent.id, notify=True))
    parent.new()
    consultant = office.people[CONSULTANT]
    consultant.sends("r.jpg", picture(2), caption=f"案 {case_of(office, student)['number']} 受理回执")
    consultant.presses("确认已递交")
    pushed = list(stage_pushes(office, student))
    for each in before:
        pushed.remove(each)
    assert pushed == sorted([(student.id, student.chat), (parent.id, parent.chat)])
    told = [[each for each in person.new() if each.startswith("进度更新")] for person in (student, parent)]
    assert [len(each) for each in told] == [1, 1]
    assert told[0] == told[1]


def test_without_notify_or_afterwards_nothing_is_pushed(agency: TestHouse) -> None:
    student, parent = with_parent(agency, notify=False)
    student.sends("a.jpg", picture(1), "退休证")
    agency.do(ReviewDocument(version_id=newest(agency, student), decision="approved"))
    assert parent.new() == []
    agency.do(SetGuardian(client_id=student.id, person_id=parent.id))
    student.sends("b.jpg", picture(2), "户口簿整本")
    agency.do(ReviewDocument(version_id=newest(agency, student), decision="approved"))
    assert ["户口簿整本" in each for each in parent.new()] == [True]
    agency.do(SetGuardian(client_id=student.id, person_id=parent.id, ends=True))
    parent.says("进度")
    assert case_of(agency, student)["number"] not in parent.last


def newest(house: TestHouse, client: Person) -> int:
    with house.looking() as reader:
        return int(reader.find(document_version, case_id=case_of(house, client)["id"])[-1]["id"])


def test_a_guardian_looks_and_hands_in(office: TestHouse) -> None:
    student, parent = with_parent(office)
    parent.says("进度")
    assert case_of(office, student)["number"] in parent.last
    parent.says("材料")
    assert "退休证" in parent.last
    parent.sends("a.jpg", picture(1), "退休证")
    assert bound(office, student) == [("retire", 1, "submitted")]
    assert "已收到《退休证》" in parent.last
    with office.looking() as reader:
        version = reader.find(document_version, case_id=case_of(office, student)["id"])[0]
    assert (version["by_kind"], version["by_id"]) == ("client", parent.id)
    student.says("撤回")  # what the parent has sent is not the student's to take back, nor the other way round
    assert "没有可以撤回" in student.last
    parent.says("撤回")
    assert bound(office, student) == [("retire", 1, "withdrawn")]


def test_a_guardian_does_nothing_else(agency: TestHouse) -> None:
    student, parent = with_parent(agency)
    student.sends("a.jpg", picture(1), "退休证")
    row, actor = case_of(agency, student), Actor(kind="client", id=parent.id)
    with agency.looking() as reader:
        item_id = reader.find(item_table, case_id=row["id"])[0]["id"]
    refused: list[Command] = [
        AnswerSurvey(case_id=row["id"], score=5),
        SetClientLanguage(client_id=student.id, language="en"),
        RecordConsent(client_id=student.id, given=True, text="0" * 16),
        AskDataRight(client_id=student.id, right="erase"),
        ReviewDocument(version_id=newest(agency, student), decision="approved"),
        WaiveItem(item_id=item_id, reason="x"),
        SayToClient(case_id=row["id"], text="x"),
    ]
    for command in refused:
        with pytest.raises((NotFound, NotAllowed)):
            agency.do(command, actor)
    agency.do(ShowItem(item_id=item_id), actor)
    stranger = Actor(kind="client", id=new_client(agency).id)
    with pytest.raises(NotFound):
        agency.do(ShowItem(item_id=item_id), stranger)


def test_who_may_be_made_a_guardian(agency: TestHouse) -> None:
    student, other = open_case(agency), open_case(agency)
    with pytest.raises(Invalid):
        agency.do(SetGuardian(client_id=student.id, person_id=student.id))
    agency.do(SetGuardian(client_id=student.id, person_id=other.id), acting(agency, CONSULTANT))  # his own clients both
    foreign = agency.staff("外部顾问", "consultant")
    with pytest.raises(NotFound):
        agency.do(SetGuardian(client_id=student.id, person_id=other.id), acting(agency, "外部顾问"))
    assert foreign.id
