"""Handing work over: 转交 on a case's card; tasks, reviews, the stage's card and later notices follow the new owner."""

from collections.abc import Iterator

import pytest

from core.commands.cases import AssignRole
from core.commands.desk import HandOver
from core.commands.work import CreateTask
from core.kit.errors import NotAllowed, NotFound, NotPossibleNow
from core.staff.service import actor_of
from core.staff.tables import staff as staff_table
from core.tasks.tables import task
from core.views.talk import last_said
from tests.bot.chat import (
    CONSULTANT,
    COPYWRITER,
    DECIDE,
    REVIEWER,
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

TITLE = {"zh-CN": "核对行程", "en": "Check the itinerary"}


@pytest.fixture
def second(office: TestHouse) -> Iterator[Person]:
    """A colleague who can do everything that is handed over here; he leaves when the test is over."""
    name = f"接手{len(office.people)}"
    yield office.staff(name, "copywriter", "reviewer", "service")
    member = office.people[name].id
    office.banli.store.run(lambda uow: uow.change(staff_table, member, active=False))


def hand_over(house: TestHouse, by: Person, client: Person, role: str, to: Person) -> str:
    number = str(case_of(house, client)["number"])
    by.says(f"案 {number}")
    by.presses("转交")
    by.presses(role)
    by.presses(to.chat.removeprefix("staff-"))
    return number


def tasks(house: TestHouse, client: Person) -> dict[str, int]:
    """Title -> who has it, of the open tasks."""
    with house.looking() as reader:
        rows = reader.find(task, case_id=case_of(house, client)["id"], state="open")
    return {row["title"]["zh-CN"]: row["staff_id"] for row in rows}


@pytest.mark.row("CD9")
def test_tasks_and_notices_follow_the_new_owner(office: TestHouse, second: Person) -> None:
    client, writer = open_case(office), office.people[COPYWRITER]
    assert set(tasks(office, client).values()) == {writer.id}
    row = case_of(office, client)
    office.do(CreateTask(case_id=row["id"], role="copywriter", title=TITLE))
    old = token_of(writer, "完成")
    number = hand_over(office, writer, client, "文案", second)
    assert f"已将 {number} 的文案工作转交给" in writer.last
    assert case_of(office, client)["team"]["copywriter"] == second.id
    assert set(tasks(office, client).values()) == {second.id}
    moved = newest_card(writer, "task")
    assert not moved.buttons
    assert moved.footer.endswith(f"{second.chat.removeprefix('staff-')} 负责")
    writer.press_token(old)
    assert "已失效" in writer.last
    heard = len(writer.messages)
    office.do(CreateTask(case_id=row["id"], role="copywriter", title={"zh-CN": "其后", "en": "Later"}))
    assert newest_card(second, "task").title == "任务：其后"
    assert len(writer.messages) == heard
    second.presses("完成", card="核对行程")
    assert TITLE["zh-CN"] not in tasks(office, client)
    assert_readable([*writer.words[-6:], *second.words])


@pytest.mark.row("TK9")
def test_the_new_owner_reads_the_last_ten_messages_and_the_summary(office: TestHouse, second: Person) -> None:
    client, adviser = open_case(office), office.people[CONSULTANT]
    row = case_of(office, client)
    for n in range(8):
        client.says(f"第{n}句话：签证什么时候下来")
    adviser.says(f"回复 {row['number']} 下周会有消息")
    adviser.says(f"标签 {row['number']} 加急办理")
    hand_over(office, adviser, client, "客服", second)
    card = newest_card(second, "handed_over")
    facts, (head, *lines) = dict(card.facts), card.text.splitlines()
    assert card.title == f"{row['number']} 的客服工作已转交给您"
    assert facts["客户"] == client.chat.removeprefix("chat-")
    assert (facts["阶段"], facts["材料"], facts["标签"]) == ("材料收集", "0/8 通过", "加急办理")
    assert "护照首页和签字页" in facts["等客户提交"]
    assert head == "最近的对话："
    assert len(lines) == 10
    assert lines[-1].endswith(f"{CONSULTANT}：下周会有消息")
    with office.looking() as reader:
        said = last_said(reader, row, 10)
    assert [each.text for each in said if each.by == "client"] == [
        line.split("客户：", 1)[1] for line in lines if " 客户：" in line
    ]
    assert any("第7句话" in line for line in lines)
    second.presses("查看案件")
    assert row["number"] in newest_card(second, "case").title
    assert_readable(second.words)


def test_waiting_reviews_and_the_steps_follow(office: TestHouse, second: Person) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    client.sends("IMG_1.jpg", picture(), "退休证")
    client.sends("IMG_2.jpg", picture(1), "护照")
    reviewer.presses("请目视", card="护照")
    old = token_of(reviewer, "退回")
    hand_over(office, reviewer, client, "复核", second)
    assert newest_card(reviewer, "review").footer == "审核已转交给其他同事。"
    assert not newest_card(reviewer, "review").buttons
    reviewer.press_token(old)
    assert "已失效" in reviewer.last
    assert newest(second, "review") == ["填写有效期至", *DECIDE]  # what was ticked stays ticked
    second.presses("通过", card="退休证")
    second.presses("通过", card="护照")
    assert {status for _, _, status in bound(office, client)} == {"approved"}
    assert "已由" in newest_card(reviewer, "review").footer
    client.sends("IMG_3.jpg", picture(2), "照片")
    heard = len(reviewer.messages)
    assert newest_card(second, "review").title != newest_card(reviewer, "review").title
    assert len(reviewer.messages) == heard


def test_the_card_of_the_stage_follows_its_owner(office: TestHouse, second: Person) -> None:
    client, writer = open_case(office), office.people[COPYWRITER]
    assert newest(writer, "stage_work") == ["材料齐全"]
    old = token_of(writer, "材料齐全")
    office.do(AssignRole(case_id=case_of(office, client)["id"], role="copywriter", staff_id=second.id))
    left = newest_card(writer, "stage_work")
    assert (left.buttons, left.footer) == ((), "这项工作已转交给其他同事。")
    writer.press_token(old)
    assert "已失效" in writer.last
    assert newest(second, "stage_work") == ["材料齐全"]
    second.presses("材料齐全")
    assert "审核通过" in second.last  # the guard answers him: the documents are not there yet


def test_only_ones_own_role_unless_one_may_assign(office: TestHouse, second: Person) -> None:
    client = open_case(office)
    row, writer, lead = case_of(office, client), office.people[COPYWRITER], office.people[REVIEWER]
    give = HandOver(case_id=row["id"], role="service", staff_id=second.id)

    def acts(person: Person, command: HandOver) -> None:
        with office.looking() as reader:
            actor = actor_of(reader, person.id)
        office.do(command, actor)

    with pytest.raises(NotAllowed) as refused:
        acts(writer, give)
    assert refused.value.params["reason"] == "not_your_role"
    with pytest.raises(NotFound):
        acts(second, give)  # not on the team: the case does not exist for him
    with pytest.raises(NotPossibleNow):
        acts(lead, HandOver(case_id=row["id"], role="supervisor", staff_id=second.id))
    with pytest.raises(NotPossibleNow):
        acts(lead, HandOver(case_id=row["id"], role="reviewer", staff_id=lead.id))
    acts(lead, give)
    assert case_of(office, client)["team"]["service"] == second.id
    writer.says(f"转交 {row['number']}")
    assert writer.button_labels()[-1:] == [f"文案 · {COPYWRITER}"]
    lead.says(f"reassign {row['number']}")
    assert len(lead.messages[-1].message.card.buttons) == len(row["team"])
    lead.presses("主管")
    assert "没有其他同事担任主管" in lead.last
    assert_readable([writer.last, lead.last])


def test_nothing_happens_when_he_has_it_already_or_the_case_is_closed(agency: TestHouse) -> None:
    client, writer = open_case(agency), agency.people[COPYWRITER]
    row = case_of(agency, client)
    heard = len(writer.messages)
    agency.do(AssignRole(case_id=row["id"], role="copywriter", staff_id=writer.id))
    assert len(writer.messages) == heard
