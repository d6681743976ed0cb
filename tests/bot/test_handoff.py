"""A person has the chat instead of the bot: who may speak, who hears it, and how the bot comes back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.dialogs.handoff import ANGRY
from core.commands.handoffs import GiveBack, PassHandoff, SayInChat, TakeOver
from core.conversations.tables import conversation, handoff
from core.kit.errors import AlreadyDecided, NotFound, NotPossibleNow, Stale
from core.ledger.tables import timer
from core.store.sealing import Row
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, begin, case_of, open_case, picture
from tests.house import Person, TestHouse, open_house
from tests.stories.journey import acting


@pytest.fixture
def agency(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as house:
        yield house.agency()


def asks(house: TestHouse, words: str = "人工") -> Person:
    client = open_case(house)
    client.says(words).new()
    return client


def taken(house: TestHouse) -> tuple[Person, Person]:
    """A client and the copywriter who has his chat."""
    client, writer = asks(house), house.people[COPYWRITER]
    writer.presses("我来接手")
    client.new()
    writer.new()
    return client, writer


def newest(house: TestHouse) -> Row:
    with house.looking() as reader:
        return reader.find(handoff)[-1]


def test_the_holder_speaks_and_the_client_sees_whose_words_they_are(agency: TestHouse) -> None:
    client, writer = taken(agency)
    writer.says("您好，请问有什么可以帮您？")
    sent = client.messages[-1].message
    assert (sent.card.text, sent.sender, sent.sender_name) == ("您好，请问有什么可以帮您？", "person", COPYWRITER)
    client.says("照片要几张？")
    assert client.new() == ["您好，请问有什么可以帮您？"]  # nothing of the bot
    assert "照片要几张？" in writer.last


@pytest.mark.row("TK9")
def test_a_new_holder_is_shown_the_case_and_the_last_ten_messages(agency: TestHouse) -> None:
    client, writer = taken(agency)
    for n in range(12):
        client.says(f"第{n}句话")
    checker = agency.people[REVIEWER]
    checker.new()
    agency.do(PassHandoff(handoff_id=newest(agency)["id"], staff_id=checker.id), actor=acting(agency, COPYWRITER))
    [card] = [each for each in checker.messages if "您正在与" in each.message.card.title]
    shown = [line for line in card.message.card.text.splitlines() if "句话" in line]
    assert [line.split(" ", 2)[-1] for line in shown] == [f"客户：第{n}句话" for n in range(2, 12)]
    facts = dict(card.message.card.facts)
    assert facts["案件"] == case_of(agency, client)["number"]
    assert facts["阶段"] == "材料收集"
    assert facts["材料"].startswith("0/8")
    client.says("还在吗")
    assert "还在吗" in checker.last
    writer.says("我还能说话吗")
    assert client.new()[-1] == f"{REVIEWER}已接手，接下来由{REVIEWER}直接回复您。"


def test_of_two_who_take_over_the_first_has_it(agency: TestHouse) -> None:
    client = open_case(agency)
    for person in (COPYWRITER, CONSULTANT):
        agency.people[person].new()
    client.says("人工")
    row = newest(agency)
    agency.do(TakeOver(handoff_id=row["id"]), actor=acting(agency, CONSULTANT))
    with pytest.raises(AlreadyDecided):
        agency.do(TakeOver(handoff_id=row["id"]), actor=acting(agency, COPYWRITER))
    card = next(each for each in agency.people[COPYWRITER].messages if each.message.card.title == "客户需要人工")
    assert card.message.card.buttons == ()
    assert f"{CONSULTANT} 已于" in card.message.card.footer


def test_nobody_but_the_holder_speaks_or_ends_it(agency: TestHouse) -> None:
    client, _ = taken(agency)
    row, other = newest(agency), acting(agency, CONSULTANT)
    for command in (SayInChat(handoff_id=row["id"], text="x"), GiveBack(handoff_id=row["id"])):
        with pytest.raises(AlreadyDecided):
            agency.do(command, actor=other)
    with pytest.raises(NotFound):
        agency.do(PassHandoff(handoff_id=row["id"], staff_id=2**40), actor=acting(agency, COPYWRITER))
    agency.do(GiveBack(handoff_id=row["id"]), actor=acting(agency, COPYWRITER))
    with pytest.raises(Stale):
        agency.do(SayInChat(handoff_id=row["id"], text="x"), actor=acting(agency, COPYWRITER))
    assert "人工服务已结束" in client.last


def test_who_has_not_taken_over_cannot_speak(agency: TestHouse) -> None:
    asks(agency)
    with pytest.raises(NotPossibleNow):
        agency.do(SayInChat(handoff_id=newest(agency)["id"], text="x"), actor=acting(agency, COPYWRITER))


def test_files_are_collected_all_the_while(agency: TestHouse) -> None:
    client, _ = taken(agency)
    client.sends("a.jpg", picture(), "退休证")
    assert "已收到《退休证》" in client.last


def test_a_holder_of_two_chats_writes_in_the_one_he_chose(agency: TestHouse) -> None:
    first, writer = taken(agency)
    second = begin(agency, agency.client("李四"))
    second.says("人工")
    writer.presses("我来接手", card="李四")
    first_name = first.chat.removeprefix("chat-")
    first.new()
    second.new()
    writer.says("给第二位")
    assert (first.new(), second.new()) == ([], ["给第二位"])
    agency.clock.advance(timedelta(seconds=1))
    writer.presses("切换到此对话", card=first_name)
    writer.says("给第一位")
    assert (first.new(), second.new()) == (["给第一位"], [])


def test_commands_of_staff_are_not_relayed(agency: TestHouse) -> None:
    client, writer = taken(agency)
    for words in ("我的待办", "帮助", f"案 {case_of(agency, client)['number']}", "/whatever"):
        writer.says(words)
    assert client.new() == []


def test_a_note_stays_inside(agency: TestHouse) -> None:
    client, writer = taken(agency)
    writer.says("备注 客户很着急")
    assert client.new() == []
    assert "客户看不到" in writer.last


def test_asking_twice_calls_nobody_twice(agency: TestHouse) -> None:
    client = asks(agency)
    client.says("人工")
    with agency.looking() as reader:
        assert len(reader.find(handoff)) == 1
    titles = [each.message.card.title for each in agency.people[COPYWRITER].messages]
    assert titles.count("客户需要人工") == 1


def test_nobody_answers_so_more_people_are_called_twice(agency: TestHouse) -> None:
    asks(agency)
    checker, consultant = agency.people[REVIEWER], agency.people[CONSULTANT]
    for person, step in ((checker, 1), (consultant, 2)):
        assert not any("客户需要人工" in each for each in person.words)
        agency.move_to(agency.clock.now() + timedelta(minutes=31))
        assert any("客户需要人工" in each for each in person.words)
        assert newest(agency)["escalated"] == step
    agency.move_to(agency.clock.now() + timedelta(days=1))
    assert newest(agency)["escalated"] == 2
    checker.presses("我来接手")
    with agency.looking() as reader:
        assert not reader.find(timer, scope="handoff", state="waiting")


def test_taking_over_in_time_calls_nobody_else(agency: TestHouse) -> None:
    taken(agency)
    agency.move_to(agency.clock.now() + timedelta(hours=2))
    assert not any("客户需要人工" in each for each in agency.people[REVIEWER].words)


@pytest.mark.parametrize("words", ["你们是骗子吧", "我要退款！", "This is a scam", "I want to COMPLAIN"])
def test_anger_calls_a_person_at_once(agency: TestHouse, words: str) -> None:
    client = asks(agency, words)
    assert newest(agency)["reason"] == "anger"
    assert any(words in each for each in agency.people[COPYWRITER].words)
    client.says("返回助手")
    assert "办理助手" in client.last


@pytest.mark.parametrize("words", ["issue", "pursue a visa", "退休证", "滚动更新", "太差旅"])
def test_plain_words_are_no_anger(words: str) -> None:
    assert ANGRY.search(words) is None


def test_a_client_without_a_case_reaches_a_person_too(agency: TestHouse) -> None:
    guest = agency.client("赵六")
    guest.says("人工")
    consultant = agency.people[CONSULTANT]
    consultant.presses("我来接手")
    consultant.says("您好")
    assert guest.last == "您好"
    consultant.says("备注 新客户")
    assert "还没有案件" in consultant.last
    consultant.says("交还")
    with agency.looking() as reader:
        chat = reader.first(conversation, client_id=guest.id)
    assert chat is not None
    assert chat["mode"] == "bot"


def test_the_button_of_the_menu_calls_a_person(agency: TestHouse) -> None:
    client = open_case(agency)
    client.says("今天天气真好").presses("联系顾问")
    assert newest(agency)["reason"] == "button"
    assert "已为您转接" in client.last
