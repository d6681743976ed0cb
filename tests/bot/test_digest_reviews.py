"""Whose reviews a digest counts: of two reviewers the one who is waited for, deputies', and those of old cases."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.cases.tables import case
from core.commands.delegations import DelegateWork
from core.commands.documents import ReviewDocument
from core.commands.reviewing import AskSecondLook, SnoozeReview
from core.kit.ids import new_id
from core.staff.tables import staff as staff_table
from core.views.digest import Digest, digest
from tests.bot.chat import COPYWRITER, REVIEWER, case_of
from tests.bot.test_second_look import sent, version_of
from tests.house import Person, TestHouse
from tests.statements import statements
from tests.stories.journey import acting


@pytest.fixture
def second(office: TestHouse) -> Iterator[Person]:
    """A reviewer who is on no case's team; he leaves when the test is over."""
    member = office.staff(f"复审{len(office.people)}", "reviewer")
    yield member
    office.banli.store.run(lambda uow: uow.change(staff_table, member.id, active=False))


def of(house: TestHouse, person: Person) -> Digest:
    with house.looking() as reader:
        return digest(reader, house.banli.house.catalogue, person.id, house.clock.now())


def reviews(house: TestHouse, person: Person) -> set[int]:
    return {row["id"] for row in of(house, person).reviews}


def stand_in(house: TestHouse, name: str, deputy: Person, role: str | None = None) -> None:
    today = house.clock.now().astimezone(house.banli.house.zone).date()
    command = DelegateWork(
        staff_id=house.people[name].id, delegate_id=deputy.id, first=today, last=today + timedelta(days=1), role=role
    )
    house.do(command, acting(house, name))


def test_of_two_reviewers_the_one_counts_who_is_waited_for(office: TestHouse, second: Person) -> None:
    version, reviewer = version_of(office, sent(office, 30))["id"], office.people[REVIEWER]
    assert version in reviews(office, reviewer)
    office.do(AskSecondLook(version_id=version, staff_id=second.id), acting(office, REVIEWER))
    assert [version in reviews(office, each) for each in (reviewer, second)] == [True, True]
    office.do(ReviewDocument(version_id=version, decision="approved"), acting(office, REVIEWER))
    assert [version in reviews(office, each) for each in (reviewer, second)] == [False, True]


def test_what_was_put_off_does_not_count_until_its_hour(office: TestHouse) -> None:
    version, reviewer = version_of(office, sent(office, 32))["id"], office.people[REVIEWER]
    office.do(SnoozeReview(version_id=version, until="hour"), acting(office, REVIEWER))
    assert version not in reviews(office, reviewer)
    office.move_to(office.clock.now() + timedelta(minutes=61))
    assert version in reviews(office, reviewer)


def test_a_deputy_reads_of_his_colleagues_work_too(office: TestHouse, second: Person) -> None:
    n = len(office.people)
    all_of_it, for_writer, later = (office.staff(f"{name}{n}", "service") for name in ("代办", "代写", "代审"))
    client = sent(office, 34)
    version, case_id = version_of(office, client)["id"], case_of(office, client)["id"]
    office.do(AskSecondLook(version_id=version, staff_id=second.id), acting(office, REVIEWER))
    stand_in(office, REVIEWER, all_of_it)
    stand_in(office, COPYWRITER, for_writer, role="copywriter")
    stand_in(office, second.chat.removeprefix("staff-"), later)
    assert [version in reviews(office, each) for each in (all_of_it, for_writer, later)] == [True, False, True]
    writers = of(office, for_writer)
    assert case_id in {row["case_id"] for row in (*writers.tasks, *writers.overdue)}
    assert writers.for_others == (COPYWRITER,)
    office.move_to(office.clock.now() + timedelta(days=3))  # the delegations are over
    assert [of(office, each).empty for each in (all_of_it, for_writer, later)] == [True, True, True]


def test_the_oldest_case_counts_however_many_came_later(office: TestHouse) -> None:
    """And as many statements are asked as of few cases."""
    client, reviewer = sent(office, 36), office.people[REVIEWER]
    version, row = version_of(office, client)["id"], case_of(office, client)
    others = {"reviewer": new_id()}

    def many(uow: object) -> None:
        for n in range(2100):
            fields = {key: row[key] for key in row if key not in ("id", "number", "team", "version")}
            uow.add(case, **fields, number=f"Z-{row['id']}-{n}", team=others)  # type: ignore[attr-defined]

    office.banli.store.run(many, timeout=120)
    with statements() as asked, office.looking() as reader:
        found = digest(reader, office.banli.house.catalogue, reviewer.id, office.clock.now())
    assert version in {each["id"] for each in found.reviews}
    assert len(asked) < 25, asked
