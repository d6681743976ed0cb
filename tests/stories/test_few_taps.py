"""Staff accept what spares them typing: each common job takes three taps at most, counted from real presses."""

from dataclasses import dataclass

import pytest

from core.cases.tables import case_event, document_version
from core.commands.work import CreateTask
from core.contracts.tables import contract
from core.conversations.tables import handoff
from core.tasks.tables import task
from tests.bot.chat import (
    CONSULTANT,
    COPYWRITER,
    REVIEWER,
    bound,
    case_of,
    new_client,
    newest_card,
    open_case,
    picture,
)
from tests.house import Person, TestHouse
from tests.stories.journey import at_stage

MOST = 3


@dataclass
class Hand:
    """A person whose presses and messages are counted; both are taps."""

    person: Person
    taps: int = 0

    def presses(self, label: str, *, card: str | None = None) -> "Hand":
        self.person.presses(label, card=card)
        self.taps += 1
        return self

    def says(self, text: str) -> "Hand":
        self.person.says(text)
        self.taps += 1
        return self


def approve(house: TestHouse) -> int:
    client = open_case(house)
    client.sends("a.jpg", picture(1), "退休证")
    hand = Hand(house.people[REVIEWER]).presses("通过", card="退休证")
    assert bound(house, client) == [("retire", 1, "approved")]
    return hand.taps


def approve_with_a_tick(house: TestHouse) -> int:
    client = open_case(house)
    client.sends("a.jpg", picture(2), "护照")
    hand = Hand(house.people[REVIEWER])
    hand.presses("请目视", card="护照").presses("通过", card="护照")
    assert bound(house, client) == [("passport", 1, "approved")]
    return hand.taps


def reject_for_a_reason(house: TestHouse) -> int:
    client = open_case(house)
    client.sends("a.jpg", picture(3), "退休证")
    hand = Hand(house.people[REVIEWER]).presses("退回", card="退休证").presses("图片模糊")
    assert bound(house, client) == [("retire", 1, "rejected")]
    assert "图片模糊" in client.last
    return hand.taps


def reject_in_own_words(house: TestHouse) -> int:
    client = open_case(house)
    client.sends("a.jpg", picture(4), "退休证")
    number = case_of(house, client)["number"]
    hand = Hand(house.people[REVIEWER]).says(f"退回 {number} 退休证 请拍到四个角")
    assert bound(house, client) == [("retire", 1, "rejected")]
    assert "请拍到四个角" in client.last
    return hand.taps


def ask_a_colleague(house: TestHouse) -> int:
    client = open_case(house)
    client.sends("a.jpg", picture(5), "退休证")
    hand = Hand(house.people[REVIEWER]).presses("请同事复审", card="退休证").presses(COPYWRITER)
    with house.looking() as reader:
        [row] = reader.find(document_version, case_id=case_of(house, client)["id"])
    assert row["second_id"] == house.people[COPYWRITER].id
    return hand.taps


def see_a_case(house: TestHouse) -> int:
    number = case_of(house, open_case(house))["number"]
    hand = Hand(house.people[CONSULTANT]).says(f"案 {number}")
    assert number in newest_card(hand.person, "case").title
    return hand.taps


def find_and_see_a_case(house: TestHouse) -> int:
    client = open_case(house)
    number = case_of(house, client)["number"]
    hand = Hand(house.people[CONSULTANT]).says(f"找 {client.chat.removeprefix('chat-')}").presses(number, card="找到")
    assert number in newest_card(hand.person, "case").title
    return hand.taps


def finish_a_task(house: TestHouse) -> int:
    case_id = case_of(house, open_case(house))["id"]
    task_id = house.do(CreateTask(case_id=case_id, role="copywriter", title={"zh-CN": "查", "en": "Check"}))
    hand = Hand(house.people[COPYWRITER]).presses("完成", card="查")
    with house.looking() as reader:
        [row] = reader.find(task, id=task_id)
    assert row["state"] == "done"
    return hand.taps


def finish_a_task_from_the_list(house: TestHouse) -> int:
    case_id = case_of(house, open_case(house))["id"]
    house.do(CreateTask(case_id=case_id, role="copywriter", title={"zh-CN": "查", "en": "Check"}, due="1h"))
    with house.looking() as reader:
        before = len(reader.find(task, staff_id=house.people[COPYWRITER].id, state="open"))
    hand = Hand(house.people[COPYWRITER]).says("我的待办").presses("完成 1")
    with house.looking() as reader:
        assert len(reader.find(task, staff_id=house.people[COPYWRITER].id, state="open")) == before - 1
    return hand.taps


def hand_a_case_over(house: TestHouse) -> int:
    client = open_case(house)
    other = house.staff(f"接手{client.id}", "copywriter")
    number = case_of(house, client)["number"]
    hand = Hand(house.people[COPYWRITER]).says(f"转交 {number}").presses("文案").presses(f"接手{client.id}")
    assert case_of(house, client)["team"]["copywriter"] == other.id
    return hand.taps


def take_over_a_chat(house: TestHouse) -> int:
    client = open_case(house)
    client.says("人工")
    with house.looking() as reader:
        [row] = reader.find(handoff, client_id=client.id)
        [called] = [each for each in house.people.values() if each.kind == "staff" and each.id == row["called"][0]]
    hand = Hand(called).presses("我来接手")
    with house.looking() as reader:
        assert reader.find(handoff, client_id=client.id)[0]["holder_id"] == called.id
    called.says("交还给助手")
    return hand.taps


def record_a_deposit(house: TestHouse) -> int:
    contract_id = house.contract(client=new_client(house).chat.removeprefix("chat-"))
    hand = Hand(house.people[CONSULTANT]).presses("定金")
    with house.looking() as reader:
        assert reader.find(contract, id=contract_id)[0]["deposit_paid_at"] is not None
    return hand.taps


def start_a_case(house: TestHouse) -> int:
    client = new_client(house)
    house.contract(client=client.chat.removeprefix("chat-"))
    hand = Hand(house.people[CONSULTANT]).presses("定金").presses("生效")
    assert case_of(house, client)["state"] == "open"
    return hand.taps


def move_a_case_on(house: TestHouse) -> int:
    client = at_stage(house, "review")
    hand = Hand(house.people[REVIEWER]).presses("复核通过")
    assert case_of(house, client)["stage"] == "filed"
    return hand.taps


def send_a_case_back(house: TestHouse) -> int:
    client = at_stage(house, "review")
    number = case_of(house, client)["number"]
    hand = Hand(house.people[REVIEWER]).says(f"案 {number}").presses("退回上一步").says("行程表缺第二晚")
    assert case_of(house, client)["stage"] == "prepare"
    return hand.taps


def write_to_a_client(house: TestHouse) -> int:
    client = open_case(house)
    hand = Hand(house.people[CONSULTANT]).says(f"回复 {case_of(house, client)['number']} 下周有消息")
    assert "下周有消息" in client.last
    return hand.taps


def put_a_tag_on(house: TestHouse) -> int:
    client = open_case(house)
    number = case_of(house, client)["number"]
    hand = Hand(house.people[CONSULTANT]).says(f"案 {number}").presses("标签").says("加急办理")
    with house.looking() as reader:
        assert reader.find(case_event, case_id=case_of(house, client)["id"], type="ClientTagged")
    return hand.taps


JOBS = {
    approve: 1,
    approve_with_a_tick: 2,
    reject_for_a_reason: 2,
    reject_in_own_words: 1,
    ask_a_colleague: 2,
    see_a_case: 1,
    find_and_see_a_case: 2,
    finish_a_task: 1,
    finish_a_task_from_the_list: 2,
    hand_a_case_over: 3,
    take_over_a_chat: 1,
    record_a_deposit: 1,
    start_a_case: 2,
    move_a_case_on: 1,
    send_a_case_back: 3,
    write_to_a_client: 1,
    put_a_tag_on: 3,
}
"""Each common job of staff, and the taps that it takes."""


@pytest.mark.row("DE3")
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_each_common_job_takes_three_taps_at_most(agency: TestHouse, job: object) -> None:
    taps = job(agency)  # type: ignore[operator]
    assert taps == JOBS[job]  # type: ignore[index]
    assert taps <= MOST
