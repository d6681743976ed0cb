"""A chat with a client and whoever stands in for the colleague who was called to it: during those days, never after."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from core.commands.delegations import EndDelegation
from core.commands.handoffs import PassHandoff, SayInChat, TakeOver
from core.conversations.tables import handoff
from core.staff.tables import delegation
from core.store.sealing import Row
from core.wiring.subjects import handoff_subject
from tests.bot.chat import COPYWRITER, assert_readable, open_case
from tests.bot.test_delegation import give, outcome, today
from tests.house import Person, TestHouse, open_house
from tests.stories.journey import acting


@pytest.fixture
def agency(database: str, tmp_path: object) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as house:  # type: ignore[arg-type]
        yield house.agency()


@pytest.fixture
def deputy(agency: TestHouse) -> Person:
    return agency.staff("代办", "service", department=agency.department("别处"))


def newest(house: TestHouse) -> Row:
    with house.looking() as reader:
        return reader.find(handoff)[-1]


def asks(house: TestHouse) -> Person:
    client = open_case(house)
    client.says("人工").new()
    return client


def take(house: TestHouse) -> TakeOver:
    return TakeOver(handoff_id=newest(house)["id"])


def test_a_deputy_is_told_but_not_called(agency: TestHouse, deputy: Person) -> None:
    made, writer = give(agency, COPYWRITER, deputy, role="copywriter"), agency.people[COPYWRITER]
    client = asks(agency)
    assert newest(agency)["called"] == [writer.id]
    assert deputy.messages[-1].message.card.title == "客户需要人工"
    agency.do(EndDelegation(delegation_id=made), acting(agency, COPYWRITER))
    heard = len(deputy.messages)
    client.says("我的护照丢了")
    assert len(deputy.messages) == heard
    assert "我的护照丢了" in writer.last
    assert outcome(agency, deputy, take(agency)) == "not_found"
    with agency.looking() as reader:
        subject = handoff_subject(reader, newest(agency)["id"])
    assert subject is not None
    assert deputy.id not in subject.staff_ids


@pytest.mark.parametrize("early", [True, False])
def test_what_a_deputy_took_over_goes_back_when_his_days_are_over(
    agency: TestHouse, deputy: Person, early: bool
) -> None:
    made, writer = give(agency, COPYWRITER, deputy, last=0), agency.people[COPYWRITER]
    client = asks(agency)
    deputy.presses("我来接手")
    assert "代办已接手" in client.last
    say = SayInChat(handoff_id=newest(agency)["id"], text="您好")
    assert outcome(agency, deputy, say) == "done"
    client.new()
    writer.new()
    if early:
        agency.do(EndDelegation(delegation_id=made), acting(agency, COPYWRITER))
    else:
        zone = agency.banli.house.zone
        agency.move_to(datetime.combine(today(agency) + timedelta(days=1), datetime.min.time(), zone))
    row = newest(agency)
    assert (row["state"], row["holder_id"], row["called"]) == ("waiting", None, [writer.id])
    assert outcome(agency, deputy, say) == "not_found"
    [told] = client.new()
    assert "代办暂时不能继续回复您" in told
    heard = len(deputy.messages)
    client.says("还在吗")
    assert "还在吗" in writer.last
    assert len(deputy.messages) == heard
    writer.presses("我来接手")
    assert f"{COPYWRITER}已接手" in client.last
    assert_readable([told])


def test_a_holder_who_may_not_any_more_hears_nothing_even_before_the_timer(agency: TestHouse, deputy: Person) -> None:
    made = give(agency, COPYWRITER, deputy)
    client = asks(agency)
    deputy.presses("我来接手")
    agency.banli.store.run(lambda uow: uow.change(delegation, made, ended_at=uow.now))
    heard = len(deputy.messages)
    client.says("我的护照丢了")
    assert "我的护照丢了" in "".join(agency.people[COPYWRITER].words)
    assert not [each for each in deputy.words[heard:] if "护照" in each]
    assert newest(agency)["state"] == "waiting"


def test_a_chat_that_the_absent_member_holds_reaches_his_deputy(agency: TestHouse, deputy: Person) -> None:
    client, writer = asks(agency), agency.people[COPYWRITER]
    writer.presses("我来接手")
    assert outcome(agency, deputy, take(agency)) in ("not_found", "not_allowed")
    give(agency, COPYWRITER, deputy)
    client.says("在吗？很急")
    assert "在吗？很急" in deputy.last
    other = agency.staff("旁人", "copywriter", department=agency.department("三处"))
    assert outcome(agency, other, take(agency)) == "not_found"
    deputy.presses("我来接手")
    assert "代办已接手" in client.last
    assert (newest(agency)["holder_id"], newest(agency)["called"]) == (deputy.id, [writer.id])
    deputy.says("我代他回复您")
    assert client.last == "我代他回复您"
    mine = PassHandoff(handoff_id=newest(agency)["id"], staff_id=deputy.id)
    assert outcome(agency, deputy, mine) == "not_allowed"
