"""Consent, once, before the first personal data; a copy or deletion of his data is asked for in the chat (U13)."""

from datetime import timedelta

import pytest

from core.cases.tables import case_event
from core.channel.inbound import Address, InboundMessage
from core.clients.tables import consent
from core.commands.identity import InviteClient, RecordPaperConsent
from core.files.tables import file
from core.kit.errors import Invalid, NotPossibleNow
from core.tasks.tables import task
from tests.bot.chat import (
    BOTH,
    CONSULTANT,
    COPYWRITER,
    assert_readable,
    begin,
    bound,
    case_of,
    new_client,
    open_case,
    picture,
)
from tests.bot.test_invited import unknown
from tests.house import Person, TestHouse


def newly_bound(house: TestHouse, language: str = "zh-CN") -> tuple[Person, Person]:
    """A client with a case, and the account that he has just bound by a code."""
    known = begin(house, new_client(house, language, consent=False))
    person = unknown(house)
    person.says(str(house.do(InviteClient(client_id=known.id))))
    person.presses("是我" if "您是" in person.last else "that is me")
    person.id = known.id
    return known, person


def answers(house: TestHouse, client: Person) -> list[bool]:
    with house.looking() as reader:
        return [row["given"] for row in reader.find(consent, client_id=client.id)]


@pytest.mark.parametrize("language", BOTH)
def test_a_newly_bound_client_is_asked_once_and_his_yes_is_kept(office: TestHouse, language: str) -> None:
    known, person = newly_bound(office, language)
    assert ("您同意吗" if language == "zh-CN" else "Do you agree") in person.last
    assert_readable([person.last])
    person.presses("同意" if language == "zh-CN" else "I agree")
    with office.looking() as reader:
        [row] = reader.find(consent, client_id=known.id)
        happened = [each["type"] for each in reader.find(case_event, case_id=case_of(office, known)["id"])]
    assert row["given"]
    assert row["channel"] == "loopback"
    assert len(row["text"]) == 16
    assert row["at"] == office.clock.now()
    assert "ConsentGiven" in happened
    person.sends("a.jpg", picture(1), "退休证")
    assert bound(office, known) == [("retire", 1, "submitted")]


def test_a_file_before_the_answer_waits_and_is_not_lost(office: TestHouse) -> None:
    known, person = newly_bound(office)
    person.sends("a.jpg", picture(1), "退休证")
    with office.looking() as reader:
        assert reader.find(file, client_id=known.id) == []
    assert any("同意后自动接收" in each for each in person.words)
    person.says("帮助").says("进度")  # whatever else he says meanwhile
    person.presses("同意")
    assert bound(office, known) == [("retire", 1, "submitted")]
    assert "已收到《退休证》" in person.last


def test_files_that_come_together_before_the_answer_are_asked_about_once(office: TestHouse) -> None:
    known, person = newly_bound(office)
    person.new()
    for number in range(9):
        person.sends(f"{number}.jpg", picture(number), "退休证", after=0.1 if number else 60, album="nine")
    first, question = person.new()
    assert "同意后自动接收" in first
    assert "您同意吗" in question
    for number in range(2):  # without an album too; and later it is a new question
        person.sends(f"b{number}.jpg", picture(20 + number), after=1 if number else 60)
    assert len(person.new()) == 2
    person.presses("不同意")
    person.new()
    person.sends("c.jpg", picture(30), after=1)  # he may have changed his mind
    assert "您同意吗" in person.new()[-1]
    person.presses("同意")
    with office.looking() as reader:
        assert len(reader.find(file, client_id=known.id)) == 12


def test_who_refuses_can_still_look_and_ask_and_staff_know(agency: TestHouse) -> None:
    known, person = newly_bound(agency)
    copywriter = agency.people[COPYWRITER]
    copywriter.new()
    person.presses("不同意")
    assert answers(agency, known) == [False]
    assert any("不同意收集个人资料" in each for each in copywriter.new())
    person.sends("a.jpg", picture(1), "退休证")
    assert bound(agency, known) == []
    number = case_of(agency, known)["number"]
    person.says("进度")
    assert number in person.last
    person.says("帮助")
    assert "进度" in person.last
    person.says("人工")
    assert COPYWRITER in person.last
    person.presses("同意")  # he changes his mind on the newest question
    assert answers(agency, known) == [False, True]
    assert bound(agency, known) == [("retire", 1, "submitted")]


def test_whom_staff_have_bound_by_hand_is_asked_once_and_files_wait_for_his_yes(office: TestHouse) -> None:
    client = begin(office, new_client(office, consent=False))
    client.says("进度")
    assert case_of(office, client)["number"] in client.words[-2]  # he is answered first
    assert "您同意吗" in client.last
    client.new()
    client.says("帮助").says("材料")
    assert not [each for each in client.new() if "您同意吗" in each]
    client.sends("a.jpg", picture(1), "退休证")
    assert bound(office, client) == []
    client.presses("同意")
    assert bound(office, client) == [("retire", 1, "submitted")]
    assert answers(office, client) == [True]


def test_who_signed_on_paper_is_not_asked(agency: TestHouse) -> None:
    client = open_case(agency)
    client.says("进度")
    client.sends("a.jpg", picture(1), "退休证")
    assert bound(agency, client) == [("retire", 1, "submitted")]
    assert not [each for each in client.words if "您同意吗" in each]
    with agency.looking() as reader:
        [row] = reader.find(consent, client_id=client.id)
    assert (row["given"], row["channel"], row["signed_on"]) == (True, "paper", "2026-03-02")


def test_staff_note_the_paper_from_the_card_and_what_waited_comes_in(office: TestHouse) -> None:
    client, consultant = begin(office, new_client(office, consent=False)), office.people[CONSULTANT]
    client.sends("a.jpg", picture(1), "退休证")
    assert bound(office, client) == []
    number = case_of(office, client)["number"]
    consultant.says(f"案 {number}")
    consultant.presses("已签纸质同意书")
    assert "不再在聊天中询问" in consultant.last
    assert bound(office, client) == [("retire", 1, "submitted")]
    assert "已收到《退休证》" in client.last
    with office.looking() as reader:
        [row] = reader.find(consent, client_id=client.id)
        [noted] = [each for each in reader.find(case_event, case_id=case_of(office, client)["id"])
                   if each["type"] == "ConsentOnPaper"]  # fmt: skip
    assert row["by_id"] == consultant.id
    assert noted["actor_id"] == consultant.id
    consultant.new()
    consultant.says(f"案 {number}")
    assert "已签纸质同意书" not in [button.label for button in consultant.messages[-1].message.card.buttons]


def test_a_paper_of_the_future_is_none_and_a_yes_needs_no_paper(agency: TestHouse) -> None:
    client = new_client(agency, consent=False)
    today = agency.clock.now().date()
    with pytest.raises(Invalid):
        agency.do(RecordPaperConsent(client_id=client.id, signed_on=today + timedelta(days=2)))
    for _ in range(2):
        agency.do(RecordPaperConsent(client_id=client.id, signed_on=today))
    assert answers(agency, client) == [True]


def test_a_paper_that_is_older_than_a_refusal_does_not_undo_it(agency: TestHouse) -> None:
    known, person = newly_bound(agency)
    signed = agency.clock.now().date()
    agency.clock.advance(timedelta(days=2))
    person.presses("不同意")
    with pytest.raises(NotPossibleNow) as refused:
        agency.do(RecordPaperConsent(client_id=known.id, signed_on=signed))
    day = (signed + timedelta(days=2)).isoformat()
    assert refused.value.params["day"] == day
    words = agency.banli.house.texts.say("zh-CN", refused.value.text_key, {"day": day})
    assert "重新签字" in words
    assert_readable([words])
    assert answers(agency, known) == [False]
    agency.do(RecordPaperConsent(client_id=known.id, signed_on=signed + timedelta(days=2)))  # he has signed again
    assert answers(agency, known) == [False, True]


def test_nobody_is_asked_in_a_group(agency: TestHouse) -> None:
    client = begin(agency, new_client(agency, consent=False))
    group = Address(channel="loopback", account="test", chat=f"group-{client.id}")
    agency.arrives(client, InboundMessage(address=group, sender=client.chat, text="进度"))
    assert not [each for each in agency.channel.sent if each.to == group and "您同意吗" in each.message.card.text]
    client.says("进度")
    assert "您同意吗" in client.last


@pytest.mark.parametrize("said, title", [("导出我的数据", "导出个人数据"), ("delete my data", "删除个人数据")])
def test_a_right_over_his_data_opens_a_task_with_its_limit(office: TestHouse, said: str, title: str) -> None:
    client = open_case(office)
    client.says(said)
    assert "最迟 2026-03-" in client.last
    assert_readable([client.last])
    client.says(said)  # asking again opens no second task
    row = case_of(office, client)
    with office.looking() as reader:
        tasks = [each for each in reader.find(task, case_id=row["id"]) if title in each["title"]["zh-CN"]]
        happened = [each["type"] for each in reader.find(case_event, case_id=row["id"])]
    [wanted] = tasks
    assert wanted["role"] == "service"
    assert (wanted["due"] - wanted["created_at"]).days in (14, 15)
    assert happened.count("DataRightAsked") == 2
