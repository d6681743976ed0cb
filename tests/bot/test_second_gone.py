"""Two reviewers when one of them is gone: whoever comes after him goes on, and two people still approve."""

from collections.abc import Iterator

import pytest

from core.commands.delegations import DelegateWork
from core.commands.desk import HandOver
from core.commands.documents import ReviewDocument
from core.commands.reviewing import AskSecondLook, OfferSecondLook
from core.kit.errors import AlreadyDecided, NotPossibleNow
from core.staff.service import actor_at
from core.staff.tables import staff as staff_table
from tests.bot.chat import REVIEWER, bound, case_of
from tests.bot.test_second_look import asked, name_of, sent, version_of
from tests.house import Person, TestHouse
from tests.stories.journey import acting


@pytest.fixture
def second(office: TestHouse) -> Iterator[Person]:
    """A reviewer who is on no case's team; he leaves when the test is over."""
    member = office.staff(f"复审{len(office.people)}", "reviewer")
    yield member
    leave(office, member)


def leave(house: TestHouse, *people: Person) -> None:
    house.banli.store.run(lambda uow: [uow.change(staff_table, each.id, active=False) for each in people])


def test_who_comes_after_two_who_have_left_asks_another(office: TestHouse, second: Person) -> None:
    """One had approved, and his approval stands: one more is wanted, not two."""
    client, n = sent(office, 22), len(office.people)
    one, heir, third = (office.staff(f"{name}{n}", "reviewer") for name in ("先审", "后审", "补审"))
    case_id, version = case_of(office, client)["id"], version_of(office, client)["id"]
    approve = ReviewDocument(version_id=version, decision="approved")
    office.do(HandOver(case_id=case_id, role="reviewer", staff_id=one.id), acting(office, REVIEWER))
    office.do(AskSecondLook(version_id=version, staff_id=second.id), acting(office, name_of(one)))
    office.do(approve, acting(office, name_of(one)))
    office.do(HandOver(case_id=case_id, role="reviewer", staff_id=heir.id), acting(office, name_of(one)))
    leave(office, one, second)
    with pytest.raises(NotPossibleNow):  # nobody asked him to be the second one
        office.do(approve, acting(office, name_of(heir)))
    office.do(AskSecondLook(version_id=version, staff_id=third.id), acting(office, name_of(heir)))
    third.presses("通过", card="退休证")
    assert bound(office, client) == [("retire", 1, "approved")]
    leave(office, heir, third)


@pytest.mark.parametrize("how", ["approves", "approves last", "asks the same", "asks another"])
def test_whoever_asks_from_outside_the_team_shuts_nobody_out(office: TestHouse, second: Person, how: str) -> None:
    client, n = sent(office, 24), len(office.people)
    boss, third = office.staff(f"管理{n}", "admin"), office.staff(f"补审{n}", "reviewer")
    version = version_of(office, client)["id"]
    approve = ReviewDocument(version_id=version, decision="approved")
    office.do(AskSecondLook(version_id=version, staff_id=second.id), acting(office, name_of(boss)))
    other = third if how == "asks another" else second
    if how.startswith("asks"):
        office.do(AskSecondLook(version_id=version, staff_id=other.id), acting(office, REVIEWER))
        assert version_of(office, client)["asked_by"] == office.people[REVIEWER].id
    two = [name_of(other), REVIEWER] if how == "approves last" else [REVIEWER, name_of(other)]
    office.do(approve, acting(office, two[0]))
    assert bound(office, client) == [("retire", 1, "submitted")]
    with pytest.raises(AlreadyDecided):
        office.do(approve, acting(office, two[0]))
    office.do(approve, acting(office, two[1]))
    assert bound(office, client) == [("retire", 1, "approved")]
    leave(office, boss, third)


def test_whoever_assigns_work_chooses_another_second_one(office: TestHouse, second: Person) -> None:
    client, n = asked(office, second, 26), len(office.people)
    boss, third = office.staff(f"管理{n}", "admin"), office.staff(f"补审{n}", "reviewer")
    version = version_of(office, client)["id"]
    office.do(AskSecondLook(version_id=version, staff_id=third.id), acting(office, name_of(boss)))
    assert version_of(office, client)["asked_by"] == office.people[REVIEWER].id  # still one of the two
    leave(office, boss, third)


def test_the_deputy_who_approved_is_not_asked_to_approve_again(office: TestHouse, second: Person) -> None:
    client = asked(office, second, 28)
    deputy = office.staff(f"代办{len(office.people)}", "reviewer")
    today, version = office.clock.now().astimezone(office.banli.house.zone).date(), version_of(office, client)["id"]
    given = DelegateWork(staff_id=office.people[REVIEWER].id, delegate_id=deputy.id, first=today, last=today)
    office.do(given, acting(office, REVIEWER))
    with office.looking() as reader:
        actor = actor_at(reader, deputy.id, office.clock.now())
    office.do(ReviewDocument(version_id=version, decision="approved"), actor)
    people = office.do(OfferSecondLook(version_id=version), acting(office, REVIEWER))
    assert deputy.id not in {each["id"] for each in people}
    with pytest.raises(NotPossibleNow):
        office.do(AskSecondLook(version_id=version, staff_id=deputy.id), acting(office, REVIEWER))
    leave(office, deputy)
