"""Where a hand-over meets other ways to take a step, and an approval that follows it."""

from datetime import timedelta

import pytest

from core.cases.approval_tables import approval, approval_seat
from core.cases.tables import case
from core.commands.cases import AdvanceCase, OpenCase
from core.commands.client_steps import TakeStep
from core.commands.contracts import FieldValue, Traveller
from core.commands.handovers import AcceptHandover, ProposeHandover
from core.commands.sending_back import SendBack
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.kit.errors import NotPossibleNow, Stale
from tests.bot.chat import CONSULTANT, COPYWRITER, new_client
from tests.handover.conftest import FLOW
from tests.house import Person, TestHouse
from tests.stories.journey import acting

WHOLE: dict[str, FieldValue] = {"school_list": "甲大学", "selling_points": "竞赛", "deep": False}
RETURNS = """    handover: {to: copywriter, form: [deep], accept: begin, return: rework}
"""


def changed(key: str, *pairs: tuple[str, str]) -> str:
    source = FLOW.replace("key: study_probe", f"key: {key}", 1)
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new, 1)
    return source


def opened(house: TestHouse, flow: str) -> tuple[int, Person]:
    client = new_client(house)
    team = {role: house.team[role] for role in ("sales", "copywriter")}
    travellers = (Traveller(name="学生", kind="student"),)
    command = OpenCase(client_id=client.id, flow=flow, travellers=travellers, team=team, fields=dict(WHOLE))
    return int(house.do(command)), client


def test_what_answers_a_hand_over_is_no_way_back_and_no_step_of_the_client(school: TestHouse) -> None:
    a, b = FLOW.index("    handover:\n"), FLOW.index("  - key: draft\n")
    first = "  - {key: begin, from: [signed], to: draft, label: {zh-CN: 开始写作, en: Begin}, by: [system]}\n"
    met = "  - {key: meet, from: [met], to: signed, label: {zh-CN: 签约, en: Sign}, by: [sales]}\n"
    back = "  - {key: rework, from: [signed], to: met, label: {zh-CN: 退回, en: Back}, by: [copywriter]}\n"
    stage = """  - key: met
    name: {zh-CN: 咨询, en: Met}
    client_text: {zh-CN: 咨询中。, en: We are talking.}
    owner: sales
"""
    source = changed(
        "study_back",
        (FLOW[a:b], RETURNS),
        (first, first.replace("by: [system]", "by: [client, copywriter]") + met + back),
        ("stages:\n", "stages:\n" + stage),
    )
    school.do(PublishFlow(source=source))
    case_id, client = opened(school, "study_back")
    school.do(AdvanceCase(case_id=case_id, trigger="meet"), acting(school, CONSULTANT))
    school.do(ProposeHandover(case_id=case_id), acting(school, CONSULTANT))
    with pytest.raises(NotPossibleNow):
        school.do(SendBack(case_id=case_id, to="met", remark="不全"), acting(school, COPYWRITER))
    with pytest.raises(Stale):
        school.do(TakeStep(case_id=case_id, trigger="begin"), Actor(kind="client", id=client.id))
    with school.looking() as reader:
        row = reader.peek(case, case_id)
    assert row is not None
    assert row["stage"] == "signed"


def test_who_accepts_a_hand_over_has_not_prepared_what_is_approved_next(school: TestHouse) -> None:
    """Who hands it over has; who accepts it may be the one who decides on it."""
    a, b = FLOW.index("    name: {zh-CN: 文书写作"), FLOW.index("  - key: offer\n")
    decided = """    name: {zh-CN: 审批, en: Approval}
    client_text: {zh-CN: 审批中。, en: It is being decided.}
    owner: copywriter
    weight: 40
    approval: {mode: any, approve: yes_step, decline: no_step}
"""
    c, d = FLOW.index("  - key: confirm_draft\n"), FLOW.index("  - {key: accept_offer")
    steps = """  - {key: yes_step, from: [draft], to: offer, label: {zh-CN: 通过, en: Agree}, by: [system]}
  - {key: no_step, from: [draft], to: signed, label: {zh-CN: 退回, en: Decline}, by: [system]}
"""
    rules = FLOW[FLOW.index("rules:\n") : FLOW.index("messages:\n")]
    source = changed("study_decided", (FLOW[a:b], decided), (FLOW[c:d], steps), (rules, ""))
    school.do(PublishFlow(source=source))
    case_id, _ = opened(school, "study_decided")
    school.do(ProposeHandover(case_id=case_id), acting(school, CONSULTANT))
    school.clock.advance(timedelta(minutes=5))
    school.do(AcceptHandover(case_id=case_id), acting(school, COPYWRITER))
    with school.looking() as reader:
        [round_] = reader.find(approval, case_id=case_id)
        seated = [each["staff_id"] for each in reader.find(approval_seat, case_id=case_id)]
    assert round_["prepared_by"] == school.people[CONSULTANT].id
    assert seated == [school.people[COPYWRITER].id]
