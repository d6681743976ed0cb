"""What a client may say at any time: 进度, 材料, a number, 人工, 帮助, the other language."""

from datetime import UTC, datetime

import pytest

from core.conversations.tables import conversation
from core.ledger.tables import audit
from tests.bot.chat import (
    BOTH,
    CONSULTANT,
    COPYWRITER,
    REVIEWER,
    assert_readable,
    case_of,
    newest_card,
    open_case,
    picture,
)
from tests.house import Person, TestHouse

PROGRESS = {"zh-CN": ("进度", "查进度", "STATUS", " progress "), "en": ("status", "Progress", "进度")}
DOCUMENTS = {"zh-CN": ("材料", "清单"), "en": ("docs", "Checklist")}


@pytest.fixture(scope="module")
def clients(agency: TestHouse) -> dict[str, Person]:
    return {language: open_case(agency, language) for language in BOTH}


@pytest.mark.parametrize("language", BOTH)
def test_progress_is_one_short_message_with_everything_in_it(
    agency: TestHouse, clients: dict[str, Person], language: str
) -> None:
    client = clients[language]
    client.new()
    for said in PROGRESS[language]:
        client.says(said)
        [answer] = client.new()
        assert len(answer) <= 1000
        assert case_of(agency, client)["number"] in answer
        assert answer.count("▶") == 1
        assert COPYWRITER in answer  # who cares for it
        assert ("材料收集" if language == "zh-CN" else "Documents") in answer
        assert ("3月11日" if language == "zh-CN" else "11 Mar 2026") in answer  # the next date: seven working days
        assert ("等待您" if language == "zh-CN" else "Waiting for you") in answer
        assert_readable([answer])


@pytest.mark.parametrize("language", BOTH)
def test_the_checklist_shows_every_item_with_its_status(clients: dict[str, Person], language: str) -> None:
    client = clients[language]
    client.new()
    for said in DOCUMENTS[language]:
        client.says(said)
        [answer] = client.new()
        assert answer.count("⬜") == 12
        assert ("（0/8）" if language == "zh-CN" else "0/8") in answer
        assert_readable([answer])


@pytest.mark.parametrize("language", BOTH)
def test_a_number_shows_what_is_asked_of_that_item(clients: dict[str, Person], language: str) -> None:
    client = clients[language]
    client.new()
    client.says("2")
    [answer] = client.new()
    words = (
        ("白底证件照", "35×45", "JPG / PNG", "样例") if language == "zh-CN" else ("Photo", "35 x 45", "Sample", "20 MB")
    )
    assert all(each in answer for each in words), answer
    assert_readable([answer])


@pytest.mark.parametrize("said", ["0", "13", "99", "007"])
def test_a_number_that_is_not_on_the_list_shows_the_list(clients: dict[str, Person], said: str) -> None:
    client = clients["zh-CN"]
    client.new()
    client.says(said)
    [answer] = client.new()
    assert ("材料清单" in answer) if said != "007" else ("请提交" in answer)


def test_a_person_is_called_in_office_hours(agency: TestHouse) -> None:
    client, copywriter = open_case(agency), agency.people[COPYWRITER]
    copywriter.new()
    client.says("人工")
    [answer] = client.new()
    assert COPYWRITER in answer
    assert "9:00" in answer
    told = copywriter.new()
    assert any(case_of(agency, client)["number"] in each and "人工" in each for each in told)
    client.says("我的护照快到期了怎么办")
    assert client.new() == []  # the bot is silent
    assert "我的护照快到期了怎么办" in copywriter.last
    client.says("进度")  # what the bot knows, it still answers
    assert "▶" in client.last
    with agency.looking() as reader:
        chat = reader.first(conversation, conversation.c.client_id == client.id)
        assert chat is not None
        assert chat["mode"] == "human"
        noted = reader.find(audit, audit.c.command == "AskHuman", audit.c.actor_id == client.id)
        assert [row["outcome"] for row in noted] == ["done"]


def test_a_person_who_answers_is_called_one(agency: TestHouse) -> None:
    client, consultant = open_case(agency), agency.people[CONSULTANT]
    number = case_of(agency, client)["number"]
    consultant.says(f"回复 {number} 您好，请放心，可以先提交旧护照。")
    assert "已发送" in consultant.last
    answer = client.messages[-1].message
    assert (answer.sender, answer.sender_name) == ("person", CONSULTANT)
    assert answer.card.text == "您好，请放心，可以先提交旧护照。"


def test_open_cards_are_drawn_in_the_other_language(agency: TestHouse) -> None:
    """What he still has to press must be readable to him; a card without buttons stays as it was said."""
    client, reviewer = open_case(agency), agency.people[REVIEWER]
    client.says("进度").says("材料")
    client.sends("IMG_1.jpg", picture(77), "护照")
    plain = next(each for each in client.messages if not each.message.card.buttons)
    before = plain.message.card
    client.says("切换语言")
    assert "Passport" in newest_card(client, "checklist").text
    assert plain.message.card == before
    title = newest_card(reviewer, "review").title
    assert title.startswith("审核：")
    reviewer.says("language")
    assert newest_card(reviewer, "review").title.startswith("Review")
    reviewer.says("language")
    assert newest_card(reviewer, "review").title == title
    client.says("切换语言")
    assert "护照" in newest_card(client, "checklist").text


@pytest.mark.parametrize("language", BOTH)
def test_help_names_what_can_be_said(clients: dict[str, Person], language: str) -> None:
    client = clients[language]
    for said in ("帮助", "help", "?", "菜单"):
        client.new()
        client.says(said)
        [answer] = client.new()
        for each in ("进度", "材料", "人工") if language == "zh-CN" else ("status", "docs", "human"):
            assert each in answer


def test_the_language_follows_the_person(agency: TestHouse) -> None:
    client = open_case(agency)
    client.says("切换语言").says("进度")
    assert "Waiting for you" in client.last
    client.says("english").says("进度")  # by its name it is no switch
    assert "Waiting for you" in client.last
    client.says("language").says("进度")
    assert "等待您" in client.last


def test_staff_choose_their_language_by_name_too(agency: TestHouse) -> None:
    copywriter = agency.people[COPYWRITER]
    copywriter.says("english").says("english").says("help")
    assert "Commands" in copywriter.last
    copywriter.says("中文").new()
    assert "可用指令" in copywriter.says("帮助").new()[0]


def test_staff_look_up_board_tasks_and_case(agency: TestHouse) -> None:
    client, copywriter = open_case(agency), agency.people[COPYWRITER]
    number = case_of(agency, client)["number"]
    copywriter.says("看板")
    assert number in copywriter.last
    copywriter.says("我的待办")
    assert "跟进客户材料" in copywriter.last
    for said in (f"案 {number}", f"case {number.lower()}", f"案{number}"):
        copywriter.says(said)
        assert number in copywriter.last
        assert client.chat.removeprefix("chat-") in copywriter.last
    assert_readable(copywriter.words)


def test_later_at_night_the_client_hears_when_somebody_answers(agency: TestHouse) -> None:
    client = open_case(agency, "en")
    agency.move_to(datetime(2026, 3, 2, 14, 0, tzinfo=UTC))  # 22:00 in Shanghai
    client.says("human")
    assert "03-03 09:00" in client.last
    assert_readable([client.last])
