"""A review that is put off comes back if it still waits for this reviewer, and never once it was decided."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.cases.tables import document_version, review_snooze
from core.commands.delegations import DelegateWork
from core.commands.desk import HandOver
from core.commands.documents import ReviewDocument
from core.commands.reviewing import AskSecondLook, RemindReview, ShowReview, SnoozeReview
from core.kit.errors import AlreadyDecided, NotAllowed
from core.staff.service import actor_at
from core.staff.tables import staff as staff_table
from tests.bot.chat import (
    COPYWRITER,
    REVIEWER,
    assert_readable,
    case_of,
    newest,
    newest_card,
    open_case,
    picture,
    token_of,
)
from tests.house import Person, TestHouse
from tests.stories.journey import acting


@pytest.fixture
def client(office: TestHouse) -> Iterator[Person]:
    """A client whose paper has just come to the reviewer."""
    person = open_case(office)
    person.sends("a.jpg", picture(2), "退休证")
    yield person
    with office.looking() as reader:
        left = reader.find(document_version, case_id=case_of(office, person)["id"], status="submitted")
    for version in left:
        office.do(
            ReviewDocument(version_id=version["id"], decision="rejected", reason="blur"), acting(office, REVIEWER)
        )


def version_id(house: TestHouse, client: Person) -> int:
    with house.looking() as reader:
        return int(reader.find(document_version, case_id=case_of(house, client)["id"])[-1]["id"])


def later(house: TestHouse, minutes: int) -> None:
    house.move_to(house.clock.now() + timedelta(minutes=minutes))


def cards(person: Person, since: int) -> list[str]:
    """Titles of the review cards that came since then."""
    return [each.message.card.title for each in person.messages[since:] if each.message.card.kind == "review"]


def test_it_comes_back_after_an_hour_with_its_buttons(office: TestHouse, client: Person) -> None:
    reviewer = office.people[REVIEWER]
    reviewer.presses("1 小时后提醒", card="退休证")
    assert "再提醒您" in reviewer.last
    assert newest_card(reviewer, "review").footer.startswith("稍后提醒：2026年")
    assert "通过" in newest(reviewer, "review")  # he may decide before
    heard = len(reviewer.messages)
    later(office, 59)
    assert cards(reviewer, heard) == []
    later(office, 1)
    assert cards(reviewer, heard) == ["审核：退休证"]
    assert newest_card(reviewer, "review").footer == ""
    later(office, 600)
    assert cards(reviewer, heard) == ["审核：退休证"]  # once
    reviewer.presses("通过", card="退休证")
    decided = [each.message.card for each in reviewer.messages if each.message.card.title == "审核：退休证"][-2:]
    assert all(not card.buttons and card.footer.startswith("已由") for card in decided)
    assert_readable(reviewer.words[-4:])


def test_tomorrow_means_nine_in_the_offices_zone(office: TestHouse, client: Person) -> None:
    reviewer, zone = office.people[REVIEWER], office.banli.house.zone
    reviewer.presses("下个工作日 9:00", card="退休证")
    with office.looking() as reader:
        [row] = reader.find(review_snooze, version_id=version_id(office, client))
    until, today = row["until"].astimezone(zone), office.clock.now().astimezone(zone).date()
    assert (until.hour, until.minute, until.date()) == (9, 0, today + timedelta(days=1))
    heard = len(reviewer.messages)
    office.move_to(until)
    assert cards(reviewer, heard) == ["审核：退休证"]


def test_what_was_decided_never_comes_back(office: TestHouse, client: Person) -> None:
    reviewer = office.people[REVIEWER]
    reviewer.presses("1 小时后提醒", card="退休证")
    reviewer.presses("通过", card="退休证")
    heard = len(reviewer.messages)
    later(office, 61)
    assert cards(reviewer, heard) == []
    with pytest.raises(AlreadyDecided):
        office.do(SnoozeReview(version_id=version_id(office, client), until="hour"), acting(office, REVIEWER))


def test_what_was_put_off_again_waits_for_the_later_hour(office: TestHouse, client: Person) -> None:
    """The first timer is replaced; and one that fires early all the same looks at the truth."""
    reviewer = office.people[REVIEWER]
    reviewer.presses("1 小时后提醒", card="退休证")
    reviewer.presses("下个工作日 9:00", card="退休证")
    heard = len(reviewer.messages)
    later(office, 61)
    office.do(RemindReview(version_id=version_id(office, client), staff_id=reviewer.id))
    assert cards(reviewer, heard) == []


def test_whoever_has_handed_it_over_or_approved_first_is_left_alone(office: TestHouse, client: Person) -> None:
    reviewer, other = office.people[REVIEWER], office.staff(f"接{len(office.people)}", "reviewer")
    reviewer.presses("1 小时后提醒", card="退休证")
    office.do(
        HandOver(case_id=case_of(office, client)["id"], role="reviewer", staff_id=other.id), acting(office, REVIEWER)
    )
    other.presses("1 小时后提醒", card="退休证")
    second = office.people[COPYWRITER]
    ask = AskSecondLook(version_id=version_id(office, client), staff_id=second.id)
    office.do(ask, acting(office, other.chat.removeprefix("staff-")))
    other.presses("通过", card="退休证")
    second.presses("1 小时后提醒", card="退休证")
    heard = [len(each.messages) for each in (reviewer, other, second)]
    later(office, 61)
    came = [cards(each, since) for each, since in zip((reviewer, other, second), heard, strict=True)]
    assert came == [[], [], ["审核：退休证"]]
    second.presses("通过", card="退休证")
    assert "已由" in newest_card(other, "review").footer
    office.banli.store.run(lambda uow: uow.change(staff_table, other.id, active=False))


def test_lists_show_it_as_put_off_and_bring_it_back(office: TestHouse, client: Person) -> None:
    reviewer, number = office.people[REVIEWER], case_of(office, client)["number"]
    reviewer.presses("下个工作日 9:00", card="退休证")
    reviewer.says("我的待办")
    lines = newest_card(reviewer, "tasks").text.splitlines()
    assert "已推迟的审核" in lines
    assert f"退休证 v1 · {number} · 稍后提醒：" in lines[-1]
    button = newest(reviewer, "tasks")[-1]
    assert button.startswith("审核 ")
    heard, token = len(reviewer.messages), token_of(reviewer, button)
    reviewer.presses(button)
    assert cards(reviewer, heard) == ["审核：退休证"]
    office.move_to(case_of(office, client)["due"] + timedelta(minutes=1))
    reviewer.presses("1 小时后提醒", card="退休证")
    reviewer.says("逾期")
    line = newest_card(reviewer, "overdue").text.splitlines()[-1]
    assert f"退休证 v1 · {number} · {REVIEWER} · 稍后提醒：" in line
    reviewer.presses("通过", card="退休证")
    reviewer.press_token(token)
    assert "已由" in reviewer.last
    reviewer.says("我的待办")
    assert number not in (newest_card(reviewer, "tasks").text.partition("已推迟的审核")[2])


def test_nobody_reminds_by_hand(office: TestHouse, client: Person) -> None:
    with pytest.raises(NotAllowed):
        office.do(
            RemindReview(version_id=version_id(office, client), staff_id=office.people[REVIEWER].id),
            acting(office, REVIEWER),
        )


@pytest.mark.parametrize("whose", ["asker", "colleague"])
def test_what_a_deputy_put_off_comes_back_to_him(office: TestHouse, client: Person, whose: str) -> None:
    """With the buttons of the one for whom he stands in, who is still waited for."""
    n, reviewer = len(office.people), office.people[REVIEWER]
    second, deputy = office.staff(f"复审{n}", "reviewer"), office.staff(f"代办{n}", "service")
    principal, other = (reviewer, second) if whose == "asker" else (second, reviewer)
    today, version = office.clock.now().astimezone(office.banli.house.zone).date(), version_id(office, client)
    office.do(AskSecondLook(version_id=version, staff_id=second.id), acting(office, REVIEWER))
    given = DelegateWork(staff_id=principal.id, delegate_id=deputy.id, first=today, last=today + timedelta(days=1))
    office.do(given, acting(office, principal.chat.removeprefix("staff-")))
    with office.looking() as reader:
        actor = actor_at(reader, deputy.id, office.clock.now())
    office.do(ShowReview(version_id=version), actor)
    office.do(SnoozeReview(version_id=version, until="hour"), actor)
    heard = len(deputy.messages)
    later(office, 61)
    assert cards(deputy, heard) == ["审核：退休证"]
    other.presses("通过", card="退休证")
    deputy.presses("通过", card="退休证")  # closed with the other's press, if it were the other's card
    assert office.banli.store.run(lambda uow: uow.get(document_version, version)["status"]) == "approved"
    office.banli.store.run(lambda uow: [uow.change(staff_table, each.id, active=False) for each in (second, deputy)])


def test_the_deputy_who_approved_first_is_left_alone(office: TestHouse, client: Person) -> None:
    """Standing in for both of the two he still approves for one only."""
    n = len(office.people)
    second, deputy = office.staff(f"复审{n}", "reviewer"), office.staff(f"代办{n}", "service")
    today, version = office.clock.now().astimezone(office.banli.house.zone).date(), version_id(office, client)
    office.do(AskSecondLook(version_id=version, staff_id=second.id), acting(office, REVIEWER))
    for name in (REVIEWER, second.chat.removeprefix("staff-")):
        given = DelegateWork(staff_id=office.people[name].id, delegate_id=deputy.id, first=today, last=today)
        office.do(given, acting(office, name))
    with office.looking() as reader:
        actor = actor_at(reader, deputy.id, office.clock.now())
    office.do(SnoozeReview(version_id=version, until="hour"), actor)
    office.do(ReviewDocument(version_id=version, decision="approved"), actor)
    heard = len(deputy.messages)
    later(office, 61)
    assert cards(deputy, heard) == []
    office.banli.store.run(lambda uow: [uow.change(staff_table, each.id, active=False) for each in (second, deputy)])
