"""Approving what was shown, all at once: exactly those versions, each as if it had been pressed by itself."""

import pytest

from core.cases.tables import document_version
from core.ledger.tables import audit
from tests.bot.chat import (
    CONSULTANT,
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


def shown(reviewer: Person) -> list[str]:
    return newest_card(reviewer, "batch").text.splitlines()


def drain(reviewer: Person) -> None:
    """Approve what other tests have left, so that only this test's versions are shown."""
    reviewer.says("批量")
    while newest(reviewer, "batch"):
        reviewer.presses("全部通过")
        reviewer.says("批量")


def test_what_raises_no_question_is_approved_with_one_press(office: TestHouse) -> None:
    reviewer = office.people[REVIEWER]
    drain(reviewer)
    clients = [open_case(office), open_case(office)]
    for n, client in enumerate(clients):
        client.sends("a.jpg", picture(10 + n), "退休证")
        client.sends("b.jpg", picture(20 + n), "护照")  # its signature must be seen by eye
    reviewer.says("批量")
    numbers = [case_of(office, client)["number"] for client in clients]
    assert [line.split(" · ")[:3] for line in shown(reviewer)] == [
        [f"{n}. {number}", "退休证", "v1"] for n, number in enumerate(numbers, start=1)
    ]
    assert newest(reviewer, "batch") == ["全部通过（2）"]
    reviewer.presses("全部通过（2）")
    for client in clients:
        assert bound(office, client) == [("retire", 1, "approved"), ("passport", 1, "submitted")]
        assert "审核通过（1/8）" in client.last
    assert "已通过 2 份" in reviewer.last
    assert not newest(reviewer, "batch")
    assert all("已通过" in line for line in shown(reviewer))
    with office.looking() as reader:
        done = [row["command"] for row in reader.find(audit, actor_id=reviewer.id, outcome="done")]
    assert done[-2:] == ["ReviewDocument", "ReviewDocument"]
    reviewer.says("batch")
    assert "没有可以批量通过的材料" in reviewer.last
    assert_readable(reviewer.words[-3:])


def test_a_version_replaced_or_decided_since_is_left_out_and_named(office: TestHouse) -> None:
    reviewer = office.people[REVIEWER]
    drain(reviewer)
    first, second, third = (open_case(office) for _ in range(3))
    for n, client in enumerate((first, second, third)):
        client.sends("a.jpg", picture(30 + n), "退休证")
    reviewer.says("批量")
    button = token_of(reviewer, "全部通过（3）")
    caption = f"案 {case_of(office, first)['number']} 退休证"
    office.people[CONSULTANT].sends("b.jpg", picture(1), caption)  # between display and press
    reviewer.says(f"退回 {case_of(office, second)['number']} 退休证 请重拍")
    reviewer.press_token(button)
    assert bound(office, first) == [("retire", 1, "replaced"), ("retire", 2, "submitted")]
    assert bound(office, second) == [("retire", 1, "rejected")]
    assert bound(office, third) == [("retire", 1, "approved")]
    for client in (first, second):
        assert f"{case_of(office, client)['number']} 退休证 v1" in reviewer.last
    assert case_of(office, third)["number"] not in reviewer.last
    assert "已通过 1 份" in reviewer.last
    reviewer.press_token(button)
    assert "已由" in reviewer.last
    assert bound(office, first)[-1] == ("retire", 2, "submitted")
    assert_readable(reviewer.words[-2:])


@pytest.mark.parametrize("outcome", ["warn", "fail", "tick"])
def test_a_question_that_came_up_since_is_left_out(agency: TestHouse, outcome: str) -> None:
    reviewer = agency.people[REVIEWER]
    drain(reviewer)
    client = open_case(agency)
    client.sends("a.jpg", picture(50), "退休证")
    reviewer.says("批量")
    with agency.looking() as reader:
        version = reader.find(document_version, case_id=case_of(agency, client)["id"])[0]
    words = {"zh-CN": "疑问", "en": "a question"}
    question = {"check": "sharp", "outcome": outcome, "text": words, "params": {}}
    findings = [*version["findings"], question]
    agency.banli.store.run(lambda uow: uow.change(document_version, version["id"], findings=findings))
    reviewer.presses("全部通过（1）")
    assert bound(agency, client) == [("retire", 1, "submitted")]
    assert "已通过 0 份" in reviewer.last
    reviewer.says("批量")
    assert "没有可以批量通过的材料" in reviewer.last
    agency.banli.store.run(lambda uow: uow.change(document_version, version["id"], findings=version["findings"]))


def test_only_what_one_may_decide_on_and_ten_at_most(agency: TestHouse) -> None:
    reviewer, adviser = agency.people[REVIEWER], agency.people[CONSULTANT]
    drain(reviewer)
    clients = [open_case(agency) for _ in range(11)]
    for n, client in enumerate(clients):
        client.sends("a.jpg", picture(60 + n), "退休证")
    reviewer.says("批量")
    assert newest(reviewer, "batch") == ["全部通过（10）"]
    outsider = agency.staff(f"别的复核{len(agency.people)}", "reviewer", department=agency.department("别处"))
    outsider.says("批量")
    assert "没有可以批量通过的材料" in outsider.last
    service = agency.staff(f"只客服{len(agency.people)}", "service")
    service.says("批量")
    assert "没有权限" in service.last
    button = token_of(reviewer, "全部通过（10）")
    adviser.press_token(button)
    assert "不是发给您的" in adviser.last
    reviewer.presses("全部通过（10）")
    assert [bound(agency, client)[0][2] for client in clients] == ["approved"] * 10 + ["submitted"]
    drain(reviewer)
