"""Mission rows about tickets: through departments and back, limits on every node, stages left out or returned to."""

from datetime import timedelta
from typing import Final, Literal

import httpx2
import pytest
from fastapi.testclient import TestClient

from bot.web import web
from core.cases.tables import case
from core.commands.approvals import CastVote
from core.commands.cases import AdvanceCase, OpenCase, SetFields
from core.commands.client_steps import TakeStep
from core.commands.contracts import FieldValue, Traveller
from core.commands.handovers import AcceptHandover, ProposeHandover
from core.commands.people import IssueApiKey
from core.engine.access import Actor
from core.store.sealing import Row
from core.tasks.tables import task
from tests.bot.chat import case_of, new_client
from tests.house import Person, TestHouse
from tests.stories.journey import acting, events

HELPER, TECH, CASH, LEAD = "客服戊", "技术己", "财务庚", "复核丙"
FILLED: dict[str, FieldValue] = {"category": "billing", "question": "请核对账单", "findings": "多收一次"}
ASKED: dict[str, FieldValue] = {"type": "enquiry", "product": "签证", "description": "账单有误"}

LATE = ("工单未及时受理", "跟进逾期工单", "超时升级：主管跟进")
VOTES: Final[dict[str, Literal["for", "against"]]] = {"agree": "for", "decline": "against"}


@pytest.fixture(scope="module")
def desk(agency: TestHouse) -> TestHouse:
    """The agency with a department for service and another for technical questions."""
    for name, role, place in (
        (HELPER, "service", "客服部"),
        (TECH, "consultant", "技术部"),
        (CASH, "finance", "财务部"),
    ):
        agency.staff(name, role, department=agency.department(place))
    return agency


def ticket(desk: TestHouse, **fields: FieldValue) -> Person:
    """A new client's ticket, opened without a contract."""
    client = new_client(desk)
    roles = {"service": HELPER, "consultant": TECH, "finance": CASH, "supervisor": LEAD}
    team = {role: desk.people[name].id for role, name in roles.items()}
    travellers = (Traveller(name="客户", kind="person"),)
    desk.do(
        OpenCase(
            client_id=client.id, flow="service_ticket", travellers=travellers, team=team, fields=ASKED | FILLED | fields
        )
    )
    return client


def step(desk: TestHouse, client: Person, trigger: str, who: str = HELPER, **fields: FieldValue) -> None:
    """Fill in, then take a step: a transition, a vote, the client's word, or a hand-over that is accepted."""
    case_id = case_of(desk, client)["id"]
    if fields:
        desk.do(SetFields(case_id=case_id, fields=fields))
    match trigger:
        case "hand_over":
            giver, taker = (HELPER, TECH) if case_of(desk, client)["stage"] == "analyse" else (TECH, HELPER)
            desk.do(ProposeHandover(case_id=case_id), acting(desk, giver))
            desk.do(AcceptHandover(case_id=case_id), acting(desk, taker))
        case "agree" | "decline":
            desk.do(CastVote(case_id=case_id, vote=VOTES[trigger], words="金额过高"), acting(desk, who))
        case "solved" | "unsolved":
            said = TakeStep(case_id=case_id, trigger=trigger, stage="call_back", reason="还是不对")
            desk.do(said, Actor(kind="client", id=client.id))
        case _:
            desk.do(AdvanceCase(case_id=case_id, trigger=trigger), acting(desk, who))


@pytest.mark.row("PR20")
def test_one_ticket_goes_through_departments_and_the_case_file_tells_the_time_of_each(desk: TestHouse) -> None:
    client = ticket(desk)
    for trigger, minutes in (("take", 10), ("hand_over", 20), ("hand_over", 30), ("handled", 40)):
        desk.clock.advance(timedelta(minutes=minutes))
        step(desk, client, trigger, solution="已退款")
    secret = desk.do(IssueApiKey(staff_id=desk.people[LEAD].id, name="times"))
    http: httpx2.Client = TestClient(web(desk.banli, loops=False))
    path = f"/api/v1/cases/{case_of(desk, client)['id']}"
    answer = http.get(path, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.text
    told = [(each["stage"], each["department"], each["minutes"]) for each in answer.json()["times"]]
    assert told == [
        ("accept", "客服部", 10),
        ("analyse", "客服部", 20),
        ("second", "技术部", 30),
        ("handle", "客服部", 40),
        ("call_back", "客服部", None),
    ]
    with desk.looking() as reader:
        assert len(reader.find(case, client_id=client.id)) == 1


@pytest.mark.row("RU16")
def test_every_node_has_a_limit_and_a_supervisor_follows_up_when_it_has_passed(desk: TestHouse) -> None:
    client = ticket(desk, category="other", compensation_amount=80_000, solution="补偿")
    late = []
    for trigger, who in (
        ("take", HELPER),
        ("hand_over", HELPER),
        ("hand_over", HELPER),
        ("ask_amount", HELPER),
        ("agree", CASH),
        ("agree", LEAD),
        ("handled", HELPER),
        ("close", HELPER),
    ):
        row = case_of(desk, client)
        if row["substate"] != "agreed":
            desk.move_to(row["due"] - timedelta(minutes=1))
            before = [each for each in open_tasks(desk, client) if each["title"]["zh-CN"] in LATE]
            desk.move_to(row["due"])
            after = [each for each in open_tasks(desk, client) if each["title"]["zh-CN"] in LATE]
            late.append((row["stage"], len(after) - len(before), after[-1]["staff_id"]))
        step(desk, client, trigger, who, callback_result="satisfied")
    stages = ("accept", "analyse", "second", "handle", "amount_finance", "amount_lead", "call_back")
    assert late == [(stage, 1, desk.people[LEAD].id) for stage in stages]
    assert (case_of(desk, client)["state"], open_tasks(desk, client)) == ("closed", [])


@pytest.mark.row("NC7")
def test_a_stage_is_left_out_returned_to_and_gone_round_again(desk: TestHouse) -> None:
    """What runs side by side is a case of its own: tests/family."""
    client = ticket(desk, compensation_amount=80_000, solution="补偿")
    for trigger, who in (
        ("take", HELPER),
        ("handle_here", HELPER),  # without the second department
        ("ask_amount", HELPER),
        ("decline", CASH),  # back with a reason
        ("ask_amount", HELPER),
        ("agree", CASH),
        ("agree", LEAD),
        ("handled", HELPER),
        ("unsolved", HELPER),  # round again, this time with it
        ("hand_over", HELPER),
    ):
        step(desk, client, trigger, who)
    assert [each["title"]["zh-CN"] for each in open_tasks(desk, client)] == ["核对账务"]  # finance works beside it
    for trigger in ("hand_over", "ask_amount"):
        step(desk, client, trigger)
    step(desk, client, "agree", CASH)
    step(desk, client, "agree", LEAD)
    step(desk, client, "handled")
    step(desk, client, "solved")
    amount = ["amount_finance", "amount_lead", "handle"]
    entered = [each["data"]["stage"] for each in events(desk, client) if each["type"] == "StageEntered"]
    assert entered == [
        *("accept", "analyse", "handle", "amount_finance", "handle", *amount, "call_back"),
        *("analyse", "second", "handle", *amount, "call_back", "call_back", "closed"),
    ]
    assert case_of(desk, client)["outcome"] == "solved"


def test_tickets_go_to_whoever_has_the_fewest(desk: TestHouse) -> None:
    desk.staff("客服辛", "service", department=desk.department("客服二部"))
    travellers = (Traveller(name="客户", kind="person"),)
    got = []
    for _ in range(2):
        client = new_client(desk)
        desk.do(OpenCase(client_id=client.id, flow="service_ticket", travellers=travellers, fields=ASKED))
        got.append(case_of(desk, client)["team"]["service"])
    assert len(set(got)) == 2
    assert not {desk.people[HELPER].id} & set(got)  # he has one that is open since the first of these tests


def test_what_kind_and_who_decide_the_priority(desk: TestHouse) -> None:
    cases: dict[str, dict[str, FieldValue]] = {
        "p1": {"type": "complaint"},
        "p2": {"type": "repair", "vip": True},
        "p3": {"type": "follow_up"},
        "p4": {"type": "enquiry"},
    }
    for priority, fields in cases.items():
        assert case_of(desk, ticket(desk, **fields))["fields"]["priority"] == priority
    client = ticket(desk, vip=True)
    assert case_of(desk, client)["fields"]["priority"] == "p3"
    desk.do(SetFields(case_id=case_of(desk, client)["id"], fields={"safety": True}))
    assert case_of(desk, client)["fields"]["priority"] == "p1"


def open_tasks(desk: TestHouse, client: Person) -> list[Row]:
    row = case_of(desk, client)
    with desk.looking() as reader:
        return reader.find(task, case_id=row["id"], state="open", order=task.c.id)
