"""A press on what was decided is told who did what, when and on which version: every staff card, both languages."""

from datetime import timedelta

import pytest

from core.cases.tables import document_version
from core.commands.documents import ReviewDocument
from core.commands.people import SetStaffLanguage
from core.commands.reviewing import AskSecondLook
from core.commands.work import CompleteTask, CreateTask
from core.store.sealing import Row
from tests.bot.chat import (
    BOTH,
    CONSULTANT,
    COPYWRITER,
    REVIEWER,
    assert_readable,
    case_of,
    new_client,
    open_case,
    picture,
    token_of,
)
from tests.house import Person, TestHouse
from tests.stories.journey import acting, at_stage

REVIEW = {"zh-CN": "已由 {who} 于 {when} {what}（v3）。", "en": "{what} by {who} at {when} (v3)."}
WHAT = {"approved": {"zh-CN": "通过", "en": "Approved"}, "rejected": {"zh-CN": "退回", "en": "Rejected"}}


def moment(house: TestHouse) -> str:
    return f"{house.clock.now().astimezone(house.banli.house.zone):%H:%M}"


def speaks(house: TestHouse, name: str, language: str) -> Person:
    person = house.people[name]
    house.do(SetStaffLanguage(staff_id=person.id, language=language), acting(house, name))  # type: ignore[arg-type]
    return person


def third_version(house: TestHouse, client: Person) -> Row:
    """The client's paper has come for the third time, and waits."""
    caption = f"案 {case_of(house, client)['number']} 退休证"
    for n in range(3):
        house.people[CONSULTANT].sends("a.jpg", picture(n), caption)
    with house.looking() as reader:
        found = reader.find(document_version, case_id=case_of(house, client)["id"], status="submitted")
    assert [row["n"] for row in found] == [3]
    return found[0]


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_every_button_of_a_decided_review(office: TestHouse, decision: str, language: str) -> None:
    client = open_case(office)
    reviewer, version = office.people[REVIEWER], third_version(office, client)
    reviewer.presses("退回", card="退休证")
    buttons = ("打开原件", "通过", "退回", "请同事复审", "1 小时后提醒", "图片模糊")
    tokens = [token_of(reviewer, label) for label in buttons]
    office.clock.advance(timedelta(minutes=32))
    reason = "blur" if decision == "rejected" else ""
    values = {"version_id": version["id"], "decision": decision, "reason": reason}
    decide = ReviewDocument.model_validate(values)
    office.do(decide, acting(office, COPYWRITER))
    speaks(office, REVIEWER, language)
    told = REVIEW[language].format(who=COPYWRITER, when=moment(office), what=WHAT[decision][language])
    office.clock.advance(timedelta(minutes=5))
    for label, token in zip(buttons, tokens, strict=True):
        reviewer.press_token(token)
        assert reviewer.last == told, label
    office.clock.advance(timedelta(days=1))
    reviewer.press_token(tokens[1])
    assert moment(office) not in reviewer.last  # of another day the day is named too
    assert reviewer.last != told
    speaks(office, REVIEWER, "zh-CN")


@pytest.mark.parametrize("language", BOTH)
def test_the_first_of_two_approvals(office: TestHouse, language: str) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    version, old = third_version(office, client), token_of(reviewer, "通过")
    office.do(AskSecondLook(version_id=version["id"], staff_id=office.people[COPYWRITER].id), acting(office, REVIEWER))
    office.do(ReviewDocument(version_id=version["id"], decision="approved"), acting(office, REVIEWER))
    speaks(office, REVIEWER, language).press_token(old)
    start = {"zh-CN": f"已由 {REVIEWER} 于 {moment(office)} 通过（v3）", "en": f"Approved by {REVIEWER} at"}
    assert reviewer.last.startswith(start[language])
    assert "(v3)" in reviewer.last or "（v3）" in reviewer.last
    speaks(office, REVIEWER, "zh-CN")


@pytest.mark.parametrize("language", BOTH)
def test_tasks_steps_contracts_and_chats(office: TestHouse, language: str) -> None:
    client = at_stage(office, "review")
    case_id, reviewer = case_of(office, client)["id"], office.people[REVIEWER]
    told: list[str] = []
    title = {"zh-CN": "核对", "en": "Check"}
    task_id = office.do(CreateTask(case_id=case_id, role="reviewer", title=title))
    old = token_of(reviewer, "完成")
    office.do(CompleteTask(task_id=task_id), acting(office, REVIEWER))
    step = token_of(reviewer, "复核通过")
    reviewer.presses("复核通过")
    speaks(office, REVIEWER, language)
    for token in (old, step):
        reviewer.press_token(token)
        told.append(reviewer.last)
    speaks(office, REVIEWER, "zh-CN")
    adviser = office.people[CONSULTANT]
    office.contract(client=new_client(office).chat.removeprefix("chat-"))
    deposit, effective = token_of(adviser, "定金"), token_of(adviser, "生效")
    adviser.presses("定金")
    adviser.presses("生效")
    client.says("人工")
    held = token_of(adviser, "我来接手")
    adviser.presses("我来接手")
    speaks(office, CONSULTANT, language)
    for token in (deposit, effective, held):
        adviser.press_token(token)
        told.append(adviser.last)
    adviser.says("交还给助手" if language == "zh-CN" else "give back")
    speaks(office, CONSULTANT, "zh-CN")
    when = moment(office)
    wanted = {
        "zh-CN": [
            f"已由 {REVIEWER} 于 {when} 完成。",
            f"已由 {REVIEWER} 于 {when} 处理，案件现在处于“递交申请”。",
            f"定金已由 {CONSULTANT} 于 {when} 登记到账。",
            f"合同已由 {CONSULTANT} 于 {when} 确认生效。",
            f"已由 {CONSULTANT} 于 {when} 接手。",
        ],
        "en": [
            f"Done by {REVIEWER} at {when}.",
            f'{REVIEWER} took a step at {when}; the case is now in the stage "Filing".',
            f"The deposit was recorded by {CONSULTANT} at {when}.",
            f"The contract was made effective by {CONSULTANT} at {when}.",
            f"Taken over by {CONSULTANT} at {when}.",
        ],
    }
    assert told == wanted[language]
    assert_readable(told)
