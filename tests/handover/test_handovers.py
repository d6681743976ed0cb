"""A hand-over counts once, follows whoever does the role's work, ends with its stage, and tells both sides' time."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from admin_api.case_times import handovers_of, times_of
from core.bus.deed import Cause
from core.cases.tables import case_event, case_handover
from core.commands.cases import AdvanceCase, AssignRole, OpenCase, SetFields
from core.commands.command import Command
from core.commands.contracts import FieldValue, Traveller
from core.commands.desk import HandOver
from core.commands.handovers import AcceptHandover, ProposeHandover
from core.commands.migrating import MigrateFlow
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.kit.errors import Invalid, NotFound, NotPossibleNow, Refusal, Stale
from core.kit.ids import new_id
from tests.bot.chat import CONSULTANT, COPYWRITER, case_of, new_client, newest, newest_card, token_of
from tests.handover.conftest import FLOW
from tests.house import Person, TestHouse
from tests.stories.journey import acting

WHOLE: dict[str, FieldValue] = {"school_list": "甲大学", "selling_points": "竞赛", "deep": False}


def signed(house: TestHouse, fields: dict[str, FieldValue] | None = None, **team: int) -> Person:
    client = new_client(house)
    opened = OpenCase(
        client_id=client.id,
        flow="study_probe",
        travellers=(Traveller(name="学生", kind="student"),),
        team={"sales": house.team["sales"], **team},
        fields=WHOLE if fields is None else fields,
    )
    house.do(opened)
    return client


def writers(house: TestHouse) -> tuple[Person, Person]:
    first = house.people[COPYWRITER]
    return first, house.people.get("文案丁") or house.staff("文案丁", "copywriter")


@pytest.mark.row("PR16")
def test_a_form_with_gaps_is_refused_and_the_whole_one_comes_as_one_card(school: TestHouse) -> None:
    client, seller = signed(school, {"school_list": " "}), acting(school, CONSULTANT)
    row = case_of(school, client)
    with pytest.raises(Invalid) as gaps:
        school.do(ProposeHandover(case_id=row["id"]), seller)
    wanted = ["/fields/selling_points", "/fields/deep"]
    assert [each.pointer for each in gaps.value.problems][-2:] == wanted
    school.do(SetFields(case_id=row["id"], fields=WHOLE))
    writer = school.people[COPYWRITER]
    heard = len(writer.messages)
    with pytest.raises(NotFound):  # he is not on the team before it is offered
        school.do(ProposeHandover(case_id=row["id"]), acting(school, COPYWRITER))
    school.do(ProposeHandover(case_id=row["id"]), seller)
    with pytest.raises(NotPossibleNow):
        school.do(ProposeHandover(case_id=row["id"]), seller)
    assert len(writer.messages) == heard + 1
    assert dict(newest_card(writer, "handover").facts)["深度访谈"] == "否"
    assert case_of(school, client)["team"]["copywriter"] == writer.id


def at_once(house: TestHouse, work: list[tuple[Command, Actor]]) -> list[str]:
    start, came = Barrier(len(work)), []

    def one(command: Command, actor: Actor) -> None:
        start.wait()
        try:
            done = house.banli.store.run(
                lambda uow: house.banli.bus.execute(uow, command, Cause(actor, "api", new_id()))
            )
        except Refusal as refusal:
            done = refusal.code
        came.append(str(done))

    threads = [Thread(target=one, args=each) for each in work]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    house.rest()
    return sorted(came)


@pytest.mark.row("PR20")
def test_one_answer_counts_and_the_time_of_both_departments_is_told(school: TestHouse) -> None:
    first, _ = writers(school)
    client = signed(school, copywriter=first.id)
    case_id = case_of(school, client)["id"]
    school.clock.advance(timedelta(hours=1))
    handover_id = school.do(ProposeHandover(case_id=case_id), acting(school, CONSULTANT))
    old = token_of(first, "接收")
    school.clock.advance(timedelta(minutes=30))
    actor = acting(school, COPYWRITER)
    accept = AcceptHandover(case_id=case_id, handover_id=handover_id)
    assert at_once(school, [(accept, actor), (accept, actor)]) == ["already_decided", "draft"]
    first.press_token(old)
    assert "已由 文案乙 于" in first.last
    with school.looking() as reader:
        [told], times = handovers_of(reader, case_id), times_of(reader, case_id)
        names = [each["type"] for each in reader.find(case_event, case_id=case_id)]
    assert (told.minutes, told.giver, told.receiver) == (30, CONSULTANT, COPYWRITER)
    assert names.count("HandoverAccepted") == 1
    whose = [(each.person, each.department, each.minutes) for each in times]
    assert whose == [(CONSULTANT, "签证部", 90), (COPYWRITER, "签证部", None)]
    assert any("本部门用时 1 小时 0 分钟，等待接收 30 分钟" in each for each in school.people[CONSULTANT].words)


def test_what_is_offered_goes_to_whoever_does_the_work_then(school: TestHouse) -> None:
    first, second = writers(school)
    client = signed(school, copywriter=first.id)
    case_id = case_of(school, client)["id"]
    school.do(ProposeHandover(case_id=case_id), acting(school, CONSULTANT))
    old = token_of(first, "接收")
    school.do(AssignRole(case_id=case_id, role="copywriter", staff_id=second.id))
    assert newest_card(first, "handover").footer == "这项交接已转给其他同事。"
    first.press_token(old)
    assert case_of(school, client)["stage"] == "signed"
    second.presses("接收")
    row = case_of(school, client)
    assert (row["stage"], row["team"]["copywriter"]) == ("draft", second.id)
    school.do(HandOver(case_id=case_id, role="copywriter", staff_id=first.id), acting(school, "文案丁"))


def test_it_ends_with_its_stage_or_with_the_flow_that_knew_it(school: TestHouse) -> None:
    """The last test of this file: new cases follow the second version of the flow from here on."""
    first, _ = writers(school)
    client = signed(school, copywriter=first.id)
    case_id = case_of(school, client)["id"]
    with pytest.raises(NotPossibleNow) as past:
        school.do(AdvanceCase(case_id=case_id, trigger="begin"))
    assert past.value.params["reason"] == "by_handover"
    school.do(ProposeHandover(case_id=case_id), acting(school, CONSULTANT))
    old = token_of(first, "接收")
    a, b = FLOW.index("    handover:\n"), FLOW.index("  - key: draft\n")
    source = (FLOW[:a] + FLOW[b:]).replace("version: 1", "version: 2", 1)
    school.do(PublishFlow(source=source))
    school.do(MigrateFlow(flow="study_probe", to=2))
    school.rest()
    with school.looking() as reader:
        assert [each["state"] for each in reader.find(case_handover, case_id=case_id)] == ["lapsed"]
    assert "接收" not in newest(first, "handover")
    first.press_token(old)
    assert "已失效" in first.last
    with pytest.raises(NotPossibleNow):
        school.do(AcceptHandover(case_id=case_id), acting(school, COPYWRITER))
    with school.looking() as reader:
        [ended] = reader.find(case_handover, case_id=case_id)
    with pytest.raises(Stale):
        school.do(AcceptHandover(case_id=case_id, handover_id=ended["id"]), acting(school, COPYWRITER))
