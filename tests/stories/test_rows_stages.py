"""Mission rows about stages: what the client sees of them, what advisers push, where a result leads."""

import httpx2
import pytest
from fastapi.testclient import TestClient

from bot.web import web
from core.commands.people import IssueApiKey
from tests.bot.chat import CONSULTANT, REVIEWER, case_of, new_client, open_case, picture
from tests.house import Person, TestHouse
from tests.stories.journey import at_stage, events, items, titled

SEVEN = ["客户签约", "材料收集", "文案处理", "递交申请", "进度追踪", "获签/补料", "后续服务"]


@pytest.mark.row("PR1")
def test_progress_renders_the_seven_stages_with_the_current_one_marked(agency: TestHouse) -> None:
    client = open_case(agency)
    for current in (1, 2, 3, 4):
        client.says("进度")
        lines = [line for line in client.last.splitlines() if line[0] in "✓▶○"]
        marks = ["✓"] * current + ["▶"] + ["○"] * (6 - current)
        assert lines == [f"{mark} {name}" for mark, name in zip(marks, SEVEN, strict=True)]
        if current < 4:
            client = at_stage(agency, ("prepare", "filed", "tracking")[current - 1])


@pytest.mark.row("PR2")
def test_each_push_of_a_sub_status_reaches_the_client_once(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "tracking"), agency.people[CONSULTANT]
    for label in ("已录指纹", "使馆审核中", "需电话核实"):
        consultant.presses(label)
        assert [label in text for text in client.new()] == [True]
        assert case_of(agency, client)["substate"] is not None
    token = _token(consultant, "已录指纹")
    consultant.press_token(token)
    consultant.press_token(token)
    assert len(client.new()) == 1  # the second press changes nothing, so it tells nothing


@pytest.mark.row("PR3")
def test_a_granted_visa_leads_to_the_after_service(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "tracking"), agency.people[CONSULTANT]
    consultant.presses("已获签").says("2027-03-10").says("15")
    assert _place(agency, client) == ("result", "granted", "granted")
    assert not {"补料已递交", "结案（未获签）"} & set(_newest(consultant))
    consultant.presses("转入后续服务")
    assert _place(agency, client) == ("after", None, "granted")
    assert any("后续服务" in text for text in client.new())


@pytest.mark.row("PR3")
def test_a_supplement_goes_round_and_back(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "tracking"), agency.people[CONSULTANT]
    consultant.presses("需补料").says("6 请补发证页")
    assert _place(agency, client) == ("result", "supplement", None)
    assert any("退休证" in text and "请补发证页" in text for text in client.new())
    client.sends("b.jpg", picture(3), caption="退休证")
    agency.people[REVIEWER].presses("通过", card="审核：退休证")
    assert _place(agency, client) == ("tracking", "sent", None)


@pytest.mark.row("PR3")
def test_a_refusal_is_analysed(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "tracking"), agency.people[CONSULTANT]
    consultant.presses("未获签").says("收入说明不足")
    assert _place(agency, client) == ("result", "refused", "refused")
    (analysis,) = titled(agency, client, "分析拒签原因并联系客户")
    assert (analysis["staff_id"], analysis["state"]) == (consultant.id, "open")
    assert any("收入说明不足" in text for text in client.new())
    consultant.presses("结案（未获签）").presses("确定")
    assert case_of(agency, client)["state"] == "closed"


@pytest.mark.row("PR4")
def test_one_correlation_holds_leaving_entering_task_and_notice(agency: TestHouse) -> None:
    client = at_stage(agency, "prepare")
    log = events(agency, client)
    left = next(row for row in log if row["type"] == "StageLeft" and row["data"]["stage"] == "collect")
    same = [row for row in log if row["correlation"] == left["correlation"]]
    order = [(row["type"], row["data"].get("stage") or row["data"].get("role")) for row in same]
    assert order.index(("StageLeft", "collect")) < order.index(("StageEntered", "prepare"))
    assert order.index(("StageEntered", "prepare")) < order.index(("TaskCreated", "copywriter"))
    (task,) = titled(agency, client, "制作申请文件")
    assert task["staff_id"] == agency.team["copywriter"]
    notified = [row["data"] for row in same if row["type"] == "Notified"]
    assert ("staff", task["staff_id"], "task") in [(told["to"], told["person_id"], told["notice"]) for told in notified]


@pytest.mark.row("PR5")
def test_a_manager_sees_every_clients_stage_in_chat_and_over_the_api(agency: TestHouse) -> None:
    first, second = at_stage(agency, "collect"), at_stage(agency, "filed")
    stages = {case_of(agency, each)["number"]: case_of(agency, each)["stage"] for each in (first, second)}
    manager = agency.people[REVIEWER].says("/board")
    columns = dict(line.split(": ", 1) for line in manager.last.splitlines() if ": " in line)
    for number, name in zip(stages, ("材料收集", "递交申请"), strict=True):
        assert [number in numbers for stage, numbers in columns.items() if stage.startswith(name)] == [True]
        assert sum(number in numbers.split() for numbers in columns.values()) == 1

    secret = agency.do(IssueApiKey(staff_id=manager.id, name="board"))
    http: httpx2.Client = TestClient(web(agency.banli, loops=False))
    answer = http.get("/api/v1/cases?group_by=stage", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.text
    shown = {line["number"]: column["stage"]["key"] for column in answer.json()["columns"] for line in column["cases"]}
    assert stages.items() <= shown.items()


@pytest.mark.row("DM9")
def test_a_supplement_opens_and_adds_items_tells_the_client_and_starts_the_clock(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "tracking"), agency.people[CONSULTANT]
    before = items(agency, client)
    assert (before["means_card"]["status"], before["extra"]["asked"]) == ("approved", False)
    consultant.presses("需补料")
    numbers = {line.split(". ")[1]: line.split(". ")[0] for line in consultant.last.splitlines() if ". " in line}
    consultant.says(f"{numbers['信用卡金卡']}，{numbers['使领馆要求的补充材料']} 请补近期账单和说明")

    after = items(agency, client)
    assert (after["means_card"]["status"], after["extra"]["status"], after["extra"]["asked"]) == (
        "rework",
        "todo",
        True,
    )
    told = [text for text in client.new() if "请补近期账单和说明" in text]
    assert len(told) == 1
    assert "信用卡金卡、使领馆要求的补充材料" in told[0]
    row = case_of(agency, client)
    assert (row["stage"], row["substate"]) == ("result", "supplement")
    assert row["entered_at"] == agency.clock.now()
    assert row["due"] > agency.clock.now()
    (task,) = titled(agency, client, "跟进补料")
    assert task["due"] == row["due"]


def test_a_client_hears_nothing_of_a_review_that_sends_back(agency: TestHouse) -> None:
    client = at_stage(agency, "review")
    agency.people[REVIEWER].presses("退回修改").says("申请表第 3 页未签字")
    assert case_of(agency, client)["stage"] == "prepare"
    assert client.new() == []


def test_a_new_client_has_no_board(agency: TestHouse) -> None:
    client = new_client(agency)
    client.says("/board")
    assert "V-" not in client.last


def _place(house: TestHouse, client: Person) -> tuple[str, str | None, str | None]:
    row = case_of(house, client)
    return row["stage"], row["substate"], row["outcome"]


def _newest(person: Person) -> list[str]:
    cards = [sent.message.card for sent in person.messages if sent.message.card.kind == "stage_work"]
    return [button.label for button in cards[-1].buttons]


def _token(person: Person, label: str) -> str:
    found = [b.token for sent in person.messages for b in sent.message.card.buttons if b.label == label]
    return found[-1]
