"""The reviewer's card: what it shows, one tap to approve, two to reject, and what everybody else is told."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.cases.tables import document_version
from core.commands.cases import AssignRole
from core.commands.documents import ReviewDocument
from core.engine.checklist import ACTS, STATUSES, move
from core.kit.errors import Invalid, Refusal
from core.ledger.tables import audit, button
from tests.bot.chat import (
    CONSULTANT,
    DECIDE,
    REVIEWER,
    approve,
    assert_readable,
    begin,
    bound,
    case_of,
    new_client,
    newest,
    newest_card,
    open_case,
    picture,
    token_of,
)
from tests.house import Person, TestHouse

LEGAL = {
    ("todo", "submit"): "submitted",
    ("submitted", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "reject"): "rework",
    ("rework", "submit"): "submitted",
    ("approved", "reopen"): "rework",
    ("rework", "restore"): "approved",
    ("todo", "waive"): "waived",
    ("submitted", "waive"): "waived",
    ("approved", "waive"): "waived",
    ("rework", "waive"): "waived",
    ("waived", "require"): "todo",
}


def last_version(house: TestHouse) -> int:
    with house.looking() as reader:
        return int(reader.find(document_version)[-1]["id"])


def test_the_card_has_all_that_a_decision_needs(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    client.sends("IMG_1.jpg", picture(), "护照")
    card = newest_card(reviewer, "review")
    facts = dict(card.facts)
    assert card.title == "审核：护照首页和签字页"
    assert card.image is not None
    assert card.image.alt == "护照首页和签字页"
    assert facts["案件"] == case_of(office, client)["number"]
    assert facts["版本"] == "第 1 版（IMG_1.jpg）"
    assert facts["提交"].startswith("2026年3月2日")
    assert "☐" in card.text
    not_run = next(line for line in card.text.splitlines() if line.startswith("未运行的检查"))
    assert "机读码" in not_run  # by its name, not as if it had passed
    assert newest(reviewer, "review")[-len(DECIDE) + 1 :] == DECIDE[1:]
    assert_readable([card.text, card.title, *facts.values()])


def test_what_must_be_seen_by_eye_is_ticked_first(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    client.sends("IMG_1.jpg", picture(), "护照")
    reviewer.presses("通过", card="护照")
    assert "请先核对并勾选：本人签名" in reviewer.last
    assert bound(office, client) == [("passport", 1, "submitted")]
    reviewer.presses("请目视")
    card = newest_card(reviewer, "review")
    assert "☑" in card.text
    assert not any(label.startswith("请目视") for label in newest(reviewer, "review"))
    reviewer.presses("通过", card="护照")
    assert bound(office, client) == [("passport", 1, "approved")]
    assert "《护照首页和签字页》审核通过（1/8）" in client.last
    done = newest_card(reviewer, "review")
    assert not done.buttons
    assert done.footer == "已由 复核丙 于 2026年3月2日 10:00 通过（v1）"


def test_one_tap_approves_what_needs_no_tick(office: TestHouse) -> None:
    client, reviewer = open_case(office, "en"), office.people[REVIEWER]
    client.sends("IMG_1.jpg", picture(), "Retirement")
    assert newest(reviewer, "review") == DECIDE
    reviewer.presses("通过", card="退休证")
    assert bound(office, client) == [("retire", 1, "approved")]
    assert "approved (1/8)" in client.last


def test_two_taps_reject_and_the_client_reads_why(office: TestHouse) -> None:
    client, reviewer = open_case(office, "en"), office.people[REVIEWER]
    client.sends("IMG_1.jpg", picture(), "Retirement")
    reviewer.presses("退回", card="退休证")
    reasons = newest(reviewer, "reasons")
    assert len(reasons) == 10
    assert "其他" not in "".join(reasons)  # that one needs words: the card says how
    assert f"退回 {case_of(office, client)['number']} 退休证" in newest_card(reviewer, "reasons").footer
    reviewer.presses("反光")
    assert bound(office, client) == [("retire", 1, "rejected")]
    assert "Glare covers text" in client.last
    for kind in ("review", "reasons"):
        card = newest_card(reviewer, kind)
        assert not card.buttons
        assert "退回（v1）：反光遮挡文字" in card.footer
    client.says("6")
    assert "Glare covers text" in client.last
    client.sends("IMG_2.jpg", picture(1))
    assert bound(office, client)[-1] == ("retire", 2, "submitted")


def test_words_of_his_own_reject_too(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    number = case_of(office, client)["number"]
    reviewer.says(f"退回 {number} 退休证 太早")
    assert "没有找到" in reviewer.last  # nothing was handed in yet
    client.sends("IMG_1.jpg", picture(), "退休证")
    reviewer.says(f"退回 {number} 退休证")
    assert "写明原因" in reviewer.last
    assert bound(office, client) == [("retire", 1, "submitted")]
    reviewer.says(f"退回 {number} 退休证 发证机关一页请重新拍 {{name}} <b>")
    assert "已完成" in reviewer.last
    assert "《退休证》需要补交：发证机关一页请重新拍 {name} <b>" in client.words[-1]
    token = token_of_card(office)
    reviewer.press_token(token)
    assert bound(office, client) == [("retire", 1, "rejected")]
    assert_readable([reviewer.last])


def token_of_card(house: TestHouse) -> str:
    """A button of the newest review card, as somebody would still have it on an old screen."""
    with house.looking() as reader:
        card = f"review:{reader.find(document_version)[-1]['id']}"
        return str(reader.find(button, button.c.card == card)[0]["token"])


def test_the_second_presser_hears_who_was_faster_and_when(office: TestHouse) -> None:
    client = new_client(office)
    office.contract(client=client.chat.removeprefix("chat-"))
    consultant, supervisor = office.people[CONSULTANT], office.people[REVIEWER]
    consultant.presses("定金")
    late = token_of(supervisor, "生效")
    consultant.presses("生效")
    for person in (consultant, supervisor):
        card = newest_card(person, "contract")
        assert dict(card.facts)["状态"] == "已生效"
        assert not card.buttons
    supervisor.press_token(late)
    assert supervisor.last == f"合同已由 顾问甲 于 {local(office):%H:%M} 确认生效。"
    with office.looking() as reader:
        rows = reader.find(audit, audit.c.command == "ActivateContract", audit.c.actor_id == supervisor.id)
    assert [row["outcome"] for row in rows][-1] == "refused"
    assert rows[-1]["code"] == "already_decided"


def local(house: TestHouse) -> datetime:
    return house.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))


def test_a_press_that_comes_twice_approves_once(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    client.sends("IMG_1.jpg", picture(), "退休证")
    token = token_of(reviewer, "通过")
    client.new()
    reviewer.press_token(token).press_token(token)
    assert "已由 复核丙 于" in reviewer.last
    assert bound(office, client) == [("retire", 1, "approved")]
    assert len([each for each in client.new() if "审核通过" in each]) == 1


def test_a_reviewer_sees_no_more_of_the_client_than_his_role(office: TestHouse) -> None:
    client = new_client(office, name="欧阳测试")
    masked = office.people.get("复核丁") or office.staff("复核丁", "reviewer")
    begin(office, client)
    office.do(AssignRole(case_id=case_of(office, client)["id"], role="reviewer", staff_id=masked.id))
    client.sends("IMG_1.jpg", picture(), "退休证")
    masked.says(f"案 {case_of(office, client)['number']}")
    assert newest_card(masked, "review").buttons
    everything = "\n".join(masked.words)
    assert "欧阳测试" not in everything
    assert "13800001234" not in everything
    assert "1234" in everything  # the end of the phone stays, to tell one from another
    full = office.people[REVIEWER]
    full.says(f"案 {case_of(office, client)['number']}")
    assert "欧阳测试" in full.last
    assert "13800001234" in full.last


@pytest.mark.row("DM6")
def test_four_statuses_and_no_move_but_the_legal_ones(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    assert status_of(client) == "待提交"
    client.sends("IMG_1.jpg", picture(), "退休证")
    assert status_of(client) == "待审核"
    for nothing in ("", "no-such-reason"):
        with pytest.raises(Invalid):
            office.do(ReviewDocument(version_id=last_version(office), decision="rejected", reason=nothing))
    assert status_of(client) == "待审核"
    reviewer.presses("退回", card="退休证")
    reviewer.presses("反光")
    assert status_of(client) == "需补件"
    client.sends("IMG_2.jpg", picture(1), "退休证")
    approve(office)
    assert status_of(client) == "审核通过"
    for status in STATUSES:
        for act in ACTS:
            if (status, act) in LEGAL:
                assert move(status, act, "why") == LEGAL[status, act]
                if act in ("reject", "reopen"):
                    with pytest.raises(Invalid):
                        move(status, act, "")
            else:
                with pytest.raises(Refusal):
                    move(status, act, "why")


def status_of(client: Person) -> str:
    client.says("材料")
    line = next(each for each in client.last.splitlines() if "退休证" in each)
    return line.rsplit("[", 1)[1].rstrip("]")
