"""Taking back what was sent last, by word or button, and sending an item again (U5)."""

from core.cases.tables import case_event
from core.ledger.tables import audit
from tests.bot.chat import (
    REVIEWER,
    approve,
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


def status_of(client: Person, name: str) -> str:
    client.says("材料")
    line = next(each for each in client.last.splitlines() if name in each)
    return line.rsplit("[", 1)[1].rstrip("]")


def test_a_word_takes_the_last_document_back(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    client.sends("a.jpg", picture(1), "退休证")
    late = token_of(reviewer, "通过")
    client.says("撤回上一份")
    assert "已撤回《退休证》第 1 版" in client.last
    assert bound(office, client) == [("retire", 1, "withdrawn")]
    assert status_of(client, "退休证") == "待提交"
    card = newest_card(reviewer, "review")
    assert not card.buttons
    assert "撤回" in card.footer
    reviewer.press_token(late)
    assert bound(office, client) == [("retire", 1, "withdrawn")]
    with office.looking() as reader:
        happened = [row["type"] for row in reader.find(case_event, case_id=case_of(office, client)["id"])]
        noted = reader.find(audit, command="WithdrawDocument", actor_id=client.id)
    assert "DocumentWithdrawn" in happened
    assert [row["outcome"] for row in noted] == ["done"]
    client.sends("b.jpg", picture(2))  # the item is expected again
    assert bound(office, client)[-1] == ("retire", 2, "submitted")


def test_the_version_before_counts_again(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    client.sends("a.jpg", picture(1), "退休证")
    client.sends("b.jpg", picture(2), "退休证")
    assert bound(office, client) == [("retire", 1, "replaced"), ("retire", 2, "submitted")]
    client.presses("撤回")
    assert "之前提交的版本继续有效" in client.last
    assert bound(office, client) == [("retire", 1, "submitted"), ("retire", 2, "withdrawn")]
    assert status_of(client, "退休证") == "待审核"
    reviewer.presses("通过", card="退休证")
    assert bound(office, client)[0] == ("retire", 1, "approved")


def test_a_button_takes_back_and_the_message_says_so(agency: TestHouse) -> None:
    client = open_case(agency, "en")
    client.sends("a.jpg", picture(1), "Retirement")
    told = client.messages[-1]
    client.presses("Take it back")
    assert "was taken back" in told.message.card.text
    assert not told.message.card.buttons
    assert_readable([told.message.card.text, client.last])


def test_once_the_review_has_begun_nothing_is_taken_back(agency: TestHouse) -> None:
    client, reviewer = open_case(agency), agency.people[REVIEWER]
    client.sends("a.jpg", picture(1), "护照")
    reviewer.presses("请目视")
    client.says("撤回")
    assert "已开始审核" in client.last
    assert bound(agency, client) == [("passport", 1, "submitted")]
    approve(agency)
    client.says("undo")
    assert "已开始审核" in client.last
    assert bound(agency, client) == [("passport", 1, "approved")]


def test_what_was_sent_back_is_open_again_after_an_undo(agency: TestHouse) -> None:
    client, reviewer = open_case(agency), agency.people[REVIEWER]
    client.sends("a.jpg", picture(1), "退休证")
    reviewer.presses("退回", card="退休证")
    reviewer.presses("反光")
    client.sends("b.jpg", picture(2), "退休证")
    client.says("撤回")
    assert status_of(client, "退休证") == "需补件"
    assert bound(agency, client) == [("retire", 1, "rejected"), ("retire", 2, "withdrawn")]


def test_with_nothing_sent_there_is_nothing_to_take_back(agency: TestHouse) -> None:
    client = open_case(agency)
    client.says("撤回")
    assert "没有可以撤回" in client.last


def test_change_opens_an_item_for_a_newer_version(agency: TestHouse) -> None:
    client, reviewer = open_case(agency), agency.people[REVIEWER]
    client.sends("a.jpg", picture(1), "退休证")
    client.says("改 6")
    assert "请提交：退休证" in client.last
    client.sends("b.jpg", picture(2))
    assert bound(agency, client) == [("retire", 1, "replaced"), ("retire", 2, "submitted")]
    reviewer.presses("通过", card="退休证")
    client.says("change 6")
    assert "无需再提交" in client.last
    client.says("改 99")
    assert "材料清单" in client.last
    assert newest(reviewer, "review") == []
