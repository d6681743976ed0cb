"""A second reviewer: approved when both have approved, rejected when either has, and every copy says how it stands."""

from collections.abc import Iterator

import pytest

from core.cases.tables import document_version
from core.channel.outbound import Card
from core.commands.desk import HandOver
from core.commands.documents import ReviewDocument
from core.commands.reviewing import AskSecondLook, OfferSecondLook
from core.kit.errors import AlreadyDecided, NotFound, NotPossibleNow
from core.staff.tables import staff as staff_table
from core.store.sealing import Row
from core.views.timeline import timeline
from tests.bot.chat import (
    CONSULTANT,
    COPYWRITER,
    LATER,
    REVIEWER,
    assert_readable,
    bound,
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
def second(office: TestHouse) -> Iterator[Person]:
    """A reviewer of the same department who is on no case's team; he leaves when the test is over."""
    with office.looking() as reader:
        member = reader.peek(staff_table, office.people[REVIEWER].id)
    assert member is not None
    name = f"复审{len(office.people)}"
    yield office.staff(name, "reviewer", department=member["department_id"])
    office.banli.store.run(lambda uow: uow.change(staff_table, office.people[name].id, active=False))


def name_of(person: Person) -> str:
    return person.chat.removeprefix("staff-")


def version_of(house: TestHouse, client: Person) -> Row:
    """The newest version of the client's case."""
    with house.looking() as reader:
        return reader.find(document_version, case_id=case_of(house, client)["id"])[-1]


def sent(house: TestHouse, n: int = 0) -> Person:
    """A client whose paper waits for a decision and raises no question."""
    client = open_case(house)
    client.sends("a.jpg", picture(60 + n), "退休证")
    return client


def asked(house: TestHouse, second: Person, n: int = 0) -> Person:
    """The reviewer has asked the second one by the button of his card."""
    client, reviewer = sent(house, n), house.people[REVIEWER]
    reviewer.presses("请同事复审")
    assert "还要请哪位同事审核" in reviewer.last
    reviewer.presses(name_of(second))
    return client


def card(person: Person) -> Card:
    return newest_card(person, "review")


@pytest.mark.parametrize("first", ["asker", "colleague"])
def test_it_is_approved_only_when_both_have_approved(office: TestHouse, second: Person, first: str) -> None:
    client, reviewer = asked(office, second), office.people[REVIEWER]
    assert (
        card(second).footer == f"{REVIEWER} 请 {name_of(second)} 一起审核，两人都通过后生效。" == card(reviewer).footer
    )
    assert newest(second, "review") == ["打开原件", "通过", "退回", *LATER]
    one, other = (reviewer, second) if first == "asker" else (second, reviewer)
    heard = len(client.messages)
    one.presses("通过", card="退休证")
    assert f"已记下您的通过，等待 {name_of(other)} 审核" in one.last
    assert bound(office, client) == [("retire", 1, "submitted")]
    assert len(client.messages) == heard
    for person in (one, other):
        assert card(person).footer.startswith(f"已由 {name_of(one)} 于 2026年")
        assert card(person).footer.endswith(f"通过（v1），等待 {name_of(other)} 审核。")
    assert (newest(one, "review"), "通过" in newest(other, "review")) == ([], True)
    other.presses("通过", card="退休证")
    assert bound(office, client) == [("retire", 1, "approved")]
    assert "审核通过（1/8）" in client.last
    for person in (one, other):
        assert card(person).footer.startswith(f"已由 {name_of(other)} 于")
        assert not card(person).buttons
    with office.looking() as reader:
        told = [(each.type, each.actor_name) for each in timeline(reader, case_of(office, client)["id"])]
    wanted = [("DocumentApproved", name_of(other)), ("FirstApproval", name_of(one)), ("SecondLookAsked", REVIEWER)]
    assert [each for each in told if each in wanted] == wanted
    reviewer.says(f"案 {case_of(office, client)['number']}")
    assert f"通过第一次审核，等待 {name_of(other)}" in reviewer.last
    assert_readable([*one.words[-4:], *other.words[-4:]])


@pytest.mark.parametrize("by", ["asker", "colleague"])
def test_a_rejection_by_either_returns_it(office: TestHouse, second: Person, by: str) -> None:
    client, reviewer = asked(office, second, 2), office.people[REVIEWER]
    one, other = (second, reviewer) if by == "asker" else (reviewer, second)
    one.presses("通过", card="退休证")
    other.presses("退回", card="退休证")
    other.presses("图片模糊")
    assert bound(office, client) == [("retire", 1, "rejected")]
    for person in (one, other):
        assert not card(person).buttons
        assert "退回（v1）" in card(person).footer


def test_nobody_else_approves_and_nobody_twice(office: TestHouse, second: Person) -> None:
    client = asked(office, second, 4)
    version = version_of(office, client)
    approve = ReviewDocument(version_id=version["id"], decision="approved")
    with pytest.raises(NotPossibleNow) as refused:
        office.do(approve, acting(office, COPYWRITER))  # he may review on this case, and nobody has asked him
    assert refused.value.params["reason"] == "two_reviewers"
    office.do(approve, acting(office, REVIEWER))
    with pytest.raises(AlreadyDecided):
        office.do(approve, acting(office, REVIEWER))
    assert bound(office, client) == [("retire", 1, "submitted")]
    reject = ReviewDocument(version_id=version["id"], decision="rejected", reason="blur")
    office.do(reject, acting(office, COPYWRITER))
    assert bound(office, client) == [("retire", 1, "rejected")]


def test_who_can_be_asked(office: TestHouse, second: Person) -> None:
    client, reviewer, adviser = sent(office, 6), office.people[REVIEWER], office.people[CONSULTANT]
    adviser.sends("b.jpg", picture(90 + len(office.people)), f"案 {case_of(office, client)['number']} 护照")
    uploaded, plain = version_of(office, client), office.staff(f"收银{len(office.people)}", "finance")
    labels = [each["name"] for each in office.do(OfferSecondLook(version_id=uploaded["id"]), acting(office, REVIEWER))]
    assert name_of(second) in labels
    for nobody in (reviewer, adviser, plain):  # himself, whoever uploaded it, somebody who may not review
        assert name_of(nobody) not in labels
        with pytest.raises(NotPossibleNow):
            office.do(AskSecondLook(version_id=uploaded["id"], staff_id=nobody.id), acting(office, REVIEWER))
    office.banli.store.run(lambda uow: uow.change(staff_table, second.id, active=False))
    with pytest.raises(NotFound):
        office.do(AskSecondLook(version_id=uploaded["id"], staff_id=second.id), acting(office, REVIEWER))
    outsider = office.staff(f"别处{len(office.people)}", "reviewer", department=office.department("别处"))
    with pytest.raises(NotFound):  # he does not reach the case: nothing to ask about
        office.do(AskSecondLook(version_id=uploaded["id"], staff_id=second.id), acting(office, name_of(outsider)))
    office.banli.store.run(lambda uow: uow.change(staff_table, plain.id, active=False))
    office.banli.store.run(lambda uow: uow.change(staff_table, outsider.id, active=False))


def test_another_colleague_takes_the_place_of_the_first(office: TestHouse, second: Person) -> None:
    client, reviewer = asked(office, second, 8), office.people[REVIEWER]
    old = token_of(second, "通过")
    with pytest.raises(NotPossibleNow):  # only he who asked changes it
        office.do(
            AskSecondLook(version_id=version_of(office, client)["id"], staff_id=office.people[COPYWRITER].id),
            acting(office, name_of(second)),
        )
    reviewer.presses("请同事复审")
    reviewer.presses(COPYWRITER)
    assert card(second).footer == "审核已转交给其他同事。"
    assert not card(second).buttons
    second.press_token(old)
    assert "已失效" in second.last
    office.people[COPYWRITER].presses("通过", card="退休证")
    reviewer.presses("请同事复审") if "请同事复审" in newest(reviewer, "review") else None
    with pytest.raises(AlreadyDecided):
        office.do(
            AskSecondLook(version_id=version_of(office, client)["id"], staff_id=second.id), acting(office, REVIEWER)
        )
    reviewer.presses("通过", card="退休证")
    assert bound(office, client) == [("retire", 1, "approved")]


def test_a_new_version_asks_nobody_twice_and_ends_both_cards(office: TestHouse, second: Person) -> None:
    client, reviewer = asked(office, second, 10), office.people[REVIEWER]
    old = token_of(second, "通过")
    caption = f"案 {case_of(office, client)['number']} 退休证"
    office.people[CONSULTANT].sends("c.jpg", picture(1), caption)
    assert card(second).footer == "客户已提交新版本，此卡片失效"
    assert not card(second).buttons
    second.press_token(old)
    assert "已失效" in second.last
    reviewer.presses("通过", card="退休证")
    assert bound(office, client)[-1] == ("retire", 2, "approved")


def test_whoever_takes_the_review_over_decides_in_his_place(office: TestHouse, second: Person) -> None:
    client, third = asked(office, second, 12), office.staff(f"接审{len(office.people)}", "reviewer")
    case_id = case_of(office, client)["id"]
    office.do(HandOver(case_id=case_id, role="reviewer", staff_id=third.id), acting(office, REVIEWER))
    second.presses("通过", card="退休证")
    third.presses("通过", card="退休证")
    assert bound(office, client) == [("retire", 1, "approved")]
    client = asked(office, second, 14)
    case_id = case_of(office, client)["id"]
    office.do(HandOver(case_id=case_id, role="reviewer", staff_id=second.id), acting(office, REVIEWER))
    second.presses("通过", card="退休证")  # the two are one now
    assert bound(office, client) == [("retire", 1, "approved")]
    office.banli.store.run(lambda uow: uow.change(staff_table, third.id, active=False))


def test_the_batch_leaves_it_out_until_one_word_is_missing(office: TestHouse, second: Person) -> None:
    client, reviewer = asked(office, second, 16), office.people[REVIEWER]
    number = case_of(office, client)["number"]
    reviewer.says("批量")
    assert number not in newest_card(reviewer, "batch").text
    second.presses("通过", card="退休证")
    reviewer.says("批量")
    assert number in newest_card(reviewer, "batch").text
    reviewer.presses("全部通过")
    assert bound(office, client) == [("retire", 1, "approved")]


def test_the_batch_of_the_second_one_has_it_once_he_is_the_last(office: TestHouse) -> None:
    """Though he is on no team and in no department: a colleague has asked him."""
    second = office.staff(f"复审{len(office.people)}", "reviewer")
    client, reviewer = asked(office, second, 22), office.people[REVIEWER]
    number = case_of(office, client)["number"]
    second.says("批量")
    assert number not in newest_card(second, "batch").text
    reviewer.presses("通过", card="退休证")
    second.says("批量")
    assert number in newest_card(second, "batch").text
    second.presses("全部通过")
    assert bound(office, client) == [("retire", 1, "approved")]
    office.banli.store.run(lambda uow: uow.change(staff_table, second.id, active=False))


def test_shown_in_a_batch_and_then_given_to_two_it_is_left_out(office: TestHouse, second: Person) -> None:
    client, reviewer = sent(office, 18), office.people[REVIEWER]
    reviewer.says("批量")
    assert case_of(office, client)["number"] in newest_card(reviewer, "batch").text
    version_id = version_of(office, client)["id"]
    office.do(AskSecondLook(version_id=version_id, staff_id=second.id), acting(office, REVIEWER))
    reviewer.presses("全部通过")
    assert version_of(office, client)["first_by"] is None
    assert bound(office, client) == [("retire", 1, "submitted")]


def test_the_client_adds_and_withdraws_nothing_once_one_has_approved(office: TestHouse, second: Person) -> None:
    client = asked(office, second, 20)
    second.presses("通过", card="退休证")
    client.says("撤回")
    assert bound(office, client) == [("retire", 1, "submitted")]
