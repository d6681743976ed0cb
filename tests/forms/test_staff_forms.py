"""What staff fill in before a step: nothing typed is lost, a yes or no is asked for, money is typed as people do."""

from core.commands.cases import SetFields
from tests.bot.chat import CONSULTANT, case_of
from tests.forms.conftest import project
from tests.house import TestHouse


def test_a_step_that_is_refused_after_its_form_keeps_what_was_typed(office: TestHouse) -> None:
    client, adviser = project(office, checked=True), office.people[CONSULTANT]
    adviser.presses("开始编写").says("1200")
    row = case_of(office, client)
    assert (row["stage"], row["fields"]["fee"]) == ("talk", 120_000)
    assert "须有技术领域" in adviser.last
    assert "已保存" in adviser.last
    office.do(SetFields(case_id=row["id"], fields={"areas": ["it"]}))
    adviser.presses("开始编写", card="已保存")
    assert case_of(office, client)["stage"] == "draft"


def test_a_yes_or_no_is_asked_for_with_two_buttons_wherever_a_step_wants_it(office: TestHouse) -> None:
    adviser = office.people[CONSULTANT]
    by_button, by_words = project(office), project(office)
    adviser.presses("直接编写")
    assert [each.label for each in adviser.messages[-1].message.card.buttons] == ["是", "否"]
    assert "资料已核对" in adviser.last
    adviser.says("大概")
    assert "请回答“是”或“否”" in adviser.last
    adviser.says("是")
    assert case_of(office, by_words)["stage"] == "draft"
    assert case_of(office, by_button)["stage"] == "talk"


def test_a_no_can_become_a_yes(office: TestHouse) -> None:
    """By a button, and in both kinds of forms: of a step, and of a stage that is left."""
    client, adviser = project(office, fee=200_000, areas=["bio"]), office.people[CONSULTANT]
    adviser.presses("开始编写").presses("否")
    assert "资料须已核对" in adviser.last
    assert [each.label for each in adviser.messages[-1].message.card.buttons] == ["开始编写"]
    adviser.presses("开始编写", card="已保存").presses("是")
    assert case_of(office, client)["stage"] == "draft"
    adviser.presses("办结").presses("否")
    assert "须已签章" in adviser.last
    adviser.presses("办结", card="已保存")
    office.do(SetFields(case_id=case_of(office, client)["id"], fields={"signed": True}))
    adviser.presses("是")  # the field says so already: the question is answered all the same
    row = case_of(office, client)
    assert (row["stage"], row["outcome"]) == ("done", "done")


def test_money_is_typed_as_people_write_it_and_a_mistake_is_explained_so(office: TestHouse) -> None:
    client, adviser = project(office, checked=True), office.people[CONSULTANT]
    adviser.presses("开始编写").says("一千二")
    assert "1,200.50" in adviser.last
    assert "以分为单位" not in adviser.last
    adviser.says("￥1,200.50元")
    assert case_of(office, client)["fields"]["fee"] == 120_050


def test_a_question_that_an_answer_opens_up_is_asked_before_the_step(office: TestHouse) -> None:
    client, adviser = project(office, checked=True, areas=["it"]), office.people[CONSULTANT]
    adviser.presses("开始编写").says("900")
    assert "优惠原因" in adviser.last
    assert case_of(office, client)["stage"] == "talk"
    adviser.says("老客户")
    row = case_of(office, client)
    assert (row["stage"], row["fields"]["fee_why"]) == ("draft", "老客户")


def test_an_old_question_still_says_what_its_button_does(office: TestHouse) -> None:
    client, adviser = project(office), office.people[CONSULTANT]
    adviser.presses("直接编写").says("取消").presses("是")
    row = case_of(office, client)
    assert (row["stage"], row["fields"]["checked"]) == ("talk", True)
    assert adviser.last == "已保存。"
