"""Sending a case back by its card: which stages, the remark in one message, who reads it, and who may not."""

import pytest

from bot.app import FLOWS
from core.commands.cases import AdvanceCase
from core.commands.sending_back import SendBack
from core.commands.work import PublishFlow
from core.kit.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Stale
from core.views.timeline import timeline
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, assert_readable, case_of, newest, newest_card, token_of
from tests.house import Person, TestHouse
from tests.stories.journey import acting, at_stage

REMARK = "行程表缺第二晚酒店"
TWO_WAYS = """\
  - key: collect_again
    from: [prepare, review]
    to: collect
    label: {zh-CN: 退回收集, en: Collect again}
    by: [reviewer, supervisor]
  - key: withdraw
"""


def told(house: TestHouse, client: Person) -> list[str]:
    with house.looking() as reader:
        events = timeline(reader, case_of(house, client)["id"])
    return [each.data["remark"] for each in events if each.type == "SentBack"]


def open_card(house: TestHouse, person: Person, client: Person) -> str:
    number = str(case_of(house, client)["number"])
    person.says(f"案 {number}")
    return number


def test_one_press_and_one_message_send_the_case_back(office: TestHouse) -> None:
    client, reviewer, writer = at_stage(office, "review"), office.people[REVIEWER], office.people[COPYWRITER]
    number = open_card(office, reviewer, client)
    reviewer.presses("退回上一步")
    assert f"{number} 将退回到“文案处理”" in reviewer.last
    reviewer.says(REMARK)
    assert case_of(office, client)["stage"] == "prepare"
    assert f"{number} 已退回到“文案处理”" in reviewer.last
    assert told(office, client) == [REMARK]
    assert f"说明：{REMARK}" in newest_card(writer, "stage_work").text
    open_card(office, writer, client)
    assert f"{REVIEWER}：退回到“文案处理”：{REMARK}" in newest_card(writer, "case").text
    assert not [text for text in client.words if REMARK in text]
    assert client.new() == []
    assert_readable([*reviewer.words[-4:], writer.last])


def test_the_step_on_the_stage_card_asks_why_too(office: TestHouse) -> None:
    client, reviewer = at_stage(office, "review"), office.people[REVIEWER]
    reviewer.presses("退回修改")
    assert case_of(office, client)["stage"] == "review"
    reviewer.says("取消")
    assert "已取消" in reviewer.last
    reviewer.presses("退回修改")
    reviewer.says("长" * 2001)
    assert "最多 2000 个字" in reviewer.last
    reviewer.says(REMARK)
    assert case_of(office, client)["stage"] == "prepare"
    assert told(office, client) == [REMARK]


def test_in_words_with_the_remark_in_the_same_message(agency: TestHouse) -> None:
    client, reviewer = at_stage(agency, "review"), agency.people[REVIEWER]
    number = case_of(agency, client)["number"]
    reviewer.says("english")
    reviewer.says(f"send back {number} no hotel for the second night")
    assert reviewer.last == f'{number} is back in the stage "Preparation"; your reason is on the timeline.'
    assert told(agency, client) == ["no hotel for the second night"]
    reviewer.says("help")
    assert "send back V-2026-0001 reason" in reviewer.last
    reviewer.says("中文")


def test_whoever_may_not_sees_no_button_and_is_refused(office: TestHouse) -> None:
    client, writer = at_stage(office, "review"), office.people[COPYWRITER]
    number = open_card(office, writer, client)
    assert "退回上一步" not in newest(writer, "case")
    writer.says(f"退办 {number} 我改主意了")
    assert "您的角色不能把这个案件退回" in writer.last
    row = case_of(office, client)
    back = SendBack(case_id=row["id"], to="prepare", remark=REMARK)
    with pytest.raises(NotAllowed):
        office.do(back, acting(office, COPYWRITER))
    outsider = office.people.get("外人") or office.staff("外人", "reviewer", department=office.department("别处"))
    with pytest.raises(NotFound):
        office.do(back, acting(office, outsider.chat.removeprefix("staff-")))
    assert case_of(office, client)["stage"] == "review"
    assert told(office, client) == []


def test_only_where_the_flow_leads_back_and_only_from_where_it_is(office: TestHouse) -> None:
    client, reviewer = at_stage(office, "review"), acting(office, REVIEWER)
    row = case_of(office, client)
    for to in ("collect", "filed", "review", "nowhere"):
        with pytest.raises(NotPossibleNow) as refused:
            office.do(SendBack(case_id=row["id"], to=to, remark=REMARK), reviewer)
        assert refused.value.params["reasons"][0]["zh-CN"] == "可以退回到“文案处理”"  # type: ignore[index]
    with pytest.raises(Invalid) as blank:
        office.do(SendBack(case_id=row["id"], to="prepare", remark="  "), reviewer)
    assert [each.pointer for each in blank.value.problems] == ["/remark"]
    asked = office.people[REVIEWER]
    asked.presses("退回修改")
    office.do(AdvanceCase(case_id=row["id"], trigger="withdraw"), acting(office, CONSULTANT))
    asked.says(REMARK)
    assert "案件已进入其他阶段" in asked.last
    with pytest.raises(Stale):
        office.do(SendBack(case_id=row["id"], to="prepare", remark=REMARK, stage="review"), reviewer)
    with pytest.raises(NotPossibleNow):
        office.do(SendBack(case_id=row["id"], to="prepare", remark=REMARK), reviewer)


def test_a_button_that_outlived_its_stage_asks_nothing(agency: TestHouse) -> None:
    client, reviewer = at_stage(agency, "review"), agency.people[REVIEWER]
    open_card(agency, reviewer, client)
    old = token_of(reviewer, "退回上一步")
    agency.do(AdvanceCase(case_id=case_of(agency, client)["id"], trigger="withdraw"), acting(agency, CONSULTANT))
    reviewer.press_token(old)
    assert "案件已进入其他阶段" in reviewer.last


def test_of_several_earlier_stages_one_is_chosen(agency: TestHouse) -> None:
    """The last test of this file: new cases follow the second version of the flow from here on."""
    source = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_text("utf-8").replace("version: 1", "version: 2", 1)
    agency.do(PublishFlow(source=source.replace("  - key: withdraw\n", TWO_WAYS, 1)))
    client, reviewer = at_stage(agency, "review"), agency.people[REVIEWER]
    number = open_card(agency, reviewer, client)
    reviewer.presses("退回上一步")
    assert [each.label for each in reviewer.messages[-1].message.card.buttons] == ["材料收集", "文案处理"]
    reviewer.presses("材料收集")
    assert f"{number} 将退回到“材料收集”" in reviewer.last
    reviewer.says(REMARK)
    assert case_of(agency, client)["stage"] == "collect"
