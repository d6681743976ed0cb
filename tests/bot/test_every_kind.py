"""Whatever a person sends is answered, in his language: words, nothing, stickers, voice, places, cards, the unknown."""

import pytest

from core.ledger.tables import inbox, outbox
from tests.bot.chat import BOTH, REVIEWER, assert_readable, new_client, open_case
from tests.house import Person, TestHouse

KINDS = ["sticker", "voice", "video", "location", "contact", "poll-of-tomorrow", ""]
ZH_FIRST = {"sticker": "表情", "voice": "语音", "video": "视频", "location": "位置", "contact": "名片", "": "空消息"}
EN_FIRST = {"sticker": "sticker", "voice": "voice", "video": "video", "location": "location", "contact": "contact"}


@pytest.fixture(scope="module")
def clients(agency: TestHouse) -> dict[str, Person]:
    """One client of each language, with a case; answering leaves his case as it was."""
    return {language: open_case(agency, language) for language in BOTH}


def stranger(house: TestHouse, chat: str) -> Person:
    return Person(house, 0, chat, "client")


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("kind", KINDS)
def test_a_message_without_words_is_answered(clients: dict[str, Person], kind: str, language: str) -> None:
    client = clients[language]
    client.new()
    client.does(kind)
    [answer] = client.new()
    expected = (ZH_FIRST if language == "zh-CN" else EN_FIRST).get(kind, "poll-of-tomorrow" if kind else "empty")
    assert expected in answer.lower()
    assert_readable([answer])


@pytest.mark.parametrize("said", ["你好吗", "asdf", "?!?", "  ", "1234", "{name}", "/start", "\u202e反", "​​", "材 料"])
def test_words_that_nobody_understands_lead_to_the_menu(clients: dict[str, Person], said: str) -> None:
    client = clients["zh-CN"]
    client.says("帮助").new()  # whatever was not understood before
    client.says(said)
    answer = "\n".join(client.new())
    assert answer, said
    if said.strip():
        assert "没有看懂" in answer
        labels = [button.label for button in client.messages[-1].message.card.buttons]
        assert labels == ["查看进度", "材料清单", "联系顾问"]


def test_the_second_misunderstanding_calls_a_person(clients: dict[str, Person]) -> None:
    client = clients["en"]
    client.new()
    client.says("blah")
    assert "did not understand" in client.new()[0]
    client.says("status").new()  # whoever is understood again begins anew
    client.says("blah")
    assert "did not understand" in client.new()[0]
    client.says("blah blah")
    [answer] = client.new()
    assert "still do not understand" in answer
    assert "has been told" in answer


@pytest.mark.parametrize("kind", ["words", "press", "enters", "leaves", *KINDS])
def test_a_stranger_is_told_where_he_is_and_nothing_else(agency: TestHouse, kind: str) -> None:
    person = stranger(agency, f"nobody-{kind}")
    match kind:
        case "words":
            person.says("进度")
        case "press":
            person.press_token("AAAAAAAAAAAAAAAAAAAAAA")
        case "enters":
            person.enters()
        case "leaves":
            person.says("V-2026-0001")
        case _:
            person.does(kind)
    answers = person.new()
    assert answers
    assert_readable(answers)
    assert all("V-2026" not in each for each in answers)


@pytest.mark.parametrize(
    "said", ["进度", "材料", "人工", "3", "看板", "案 V-2026-0001", "回复 V-2026-0001 好", "退回 V-2026-0001 护照 x"]
)
def test_a_stranger_who_knows_the_words_learns_nothing(
    agency: TestHouse, clients: dict[str, Person], said: str
) -> None:
    assert clients, "V-2026-0001 is there"
    person = stranger(agency, f"curious-{said}")
    person.says(said)
    [answer] = person.new()
    assert "示例签证服务社" in answer
    assert "专属链接" in answer


def test_a_stranger_gets_help_and_his_language(agency: TestHouse) -> None:
    person = stranger(agency, "visitor-en")
    person.says("help")
    person.says("english")
    person.says("help")
    person.says("hello")
    assert "可随时发送" in person.words[0]
    assert "English" in person.words[1] or "Switched" in person.words[1]
    assert "any time" in person.words[2]
    assert "Demo Visa Agency" in person.words[3]


def test_a_strangers_file_is_answered_and_not_fetched(agency: TestHouse) -> None:
    person = stranger(agency, "sender")
    person.sends("passport.jpg", b"\xff\xd8\xff\xe0")
    assert "专属链接" in person.last


def test_a_client_without_a_case_is_answered(agency: TestHouse) -> None:
    client = new_client(agency)
    for said in ("进度", "材料", "1", "人工", "帮助", "你好"):
        client.says(said)
        assert_readable(client.new())
    client.enters()
    assert "没有正在办理的业务" in client.last
    client.sends("x.jpg", b"\xff\xd8\xff")
    assert_readable(client.new())


def test_coming_in_is_greeted_by_who_it_is(agency: TestHouse, clients: dict[str, Person]) -> None:
    client, reviewer = clients["en"], agency.people[REVIEWER]
    client.enters()
    assert "Demo Visa Agency" in client.words[-2]
    assert "V-2026-" in client.last
    reviewer.enters()
    assert "复核丙" in reviewer.last
    assert_readable([*client.words, reviewer.last])


@pytest.mark.parametrize("kind", KINDS)
def test_staff_are_answered_too(agency: TestHouse, kind: str) -> None:
    reviewer = agency.people[REVIEWER]
    reviewer.new()
    reviewer.does(kind)
    assert_readable(reviewer.new())


def test_nothing_that_arrived_is_left_and_every_answer_went_out(agency: TestHouse, clients: dict[str, Person]) -> None:
    client = clients["zh-CN"]
    client.says("帮助").does("voice").says("foo")
    with agency.looking() as reader:
        assert {row["state"] for row in reader.find(inbox)} == {"done"}
        rows = [row for row in reader.find(outbox) if row["notice"]["kind"] != "stage_work"]  # it may be overtaken
        assert {row["state"] for row in rows} == {"sent"}
