"""A stage with a gag: the rule's log says what was held back, reminders rest, a talk of before does not go on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.texts.catalogue import built_in
from core.actions.registry import actions
from core.bus.deed import SYSTEM
from core.cases.tables import case_event
from core.commands.cases import AdvanceCase, OpenItems
from core.commands.handoffs import SayInChat, TakeOver
from core.commands.work import AskHuman, AskSurvey, PublishFlow, SayToClient
from core.conversations.tables import conversation
from core.engine.actor import Actor
from core.engine.flow_diff import changes
from core.engine.lint import Known, examine
from core.events.event import rule_events
from core.kit.clock import ManualClock
from core.kit.errors import NotPossibleNow
from core.ledger.tables import outbox, timer
from core.staff.policy import ROLES
from core.surveys.tables import survey
from core.views.rule_log import rule_runs
from tests.core.small_agency import FLOW, SmallAgency, open_agency
from tests.core.stores import NOON

RULE = """rules:
  - key: advertise
    name: {zh-CN: 广告, en: Advertise}
    on: StageEntered
    then:
      - {action: notify_client, args: {message: remind}}
      - {action: notify_client, args: {message: complete}}
"""
GAG = "    gag: true\n    gag_except: [complete]\n"
SOURCE = FLOW.read_text("utf-8").replace("rules:\n", RULE, 1).replace("version: 1", "version: 2", 1)
DONE = "        - {field: docs.complete, op: is_true"
WITHOUT = SOURCE.replace(
    "by: [copywriter, system]\n    when:", "by: [copywriter, supervisor, system]\n    when:", 1
).replace("      all:\n" + DONE, "      none:\n" + DONE, 1)
GAGGED = WITHOUT.replace("    owner: consultant\n    due: 1d\n", "    owner: consultant\n    due: 1d\n" + GAG, 1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def agency(sqlite_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    with open_agency(sqlite_url, tmp_path, clock) as opened:
        opened.do(PublishFlow(source=GAGGED))
        yield opened


def sent(agency: SmallAgency) -> list[tuple[str, str]]:
    """Kind and message of every notice to the client."""
    rows = agency.banli.store.run(lambda uow: uow.find(outbox, person_kind="client", order=outbox.c.id))
    return [(each["notice"]["kind"], each["notice"]["params"].get("message", "")) for each in rows]


def refused(agency: SmallAgency, command: Any, actor: Actor) -> NotPossibleNow:
    with pytest.raises(NotPossibleNow) as caught:
        agency.do(command, actor)
    return caught.value


def test_what_is_held_back_is_noted_in_words(agency: SmallAgency) -> None:
    case_id, lead = int(agency.banli.store.run(agency.case)), agency.actor("supervisor")
    before = len(sent(agency))
    agency.do(AdvanceCase(case_id=case_id, trigger="complete"), lead)
    assert sent(agency)[before:] == [("message", "complete")]
    with agency.banli.reading.open() as reader:
        [run] = [each for each in rule_runs(reader, case_id, 10, rule="advertise") if each.seq > 1][:1]
        held = [row["data"] for row in reader.find(case_event, case_id=case_id, type="NoticeHeld")]
    assert [act.came for act in run.acts] == ["held", "done"]
    assert "Preparation" in run.acts[0].reasons[0]["en"]
    assert "文案处理" in run.acts[0].reasons[0]["zh-CN"]
    assert [(each["notice"], each["message"]) for each in held] == [("stage", ""), ("message", "remind")]

    agency.do(
        OpenItems(case_id=case_id, items=("paper",), reason="x"), lead
    )  # staff ask for papers: possible, not told
    assert sent(agency)[before:] == [("message", "complete")]
    said = refused(agency, SayToClient(case_id=case_id, text="x"), lead)
    assert "Preparation" in str(said.params["reasons"])
    refused(agency, AskSurvey(case_id=case_id, question="complete"), SYSTEM)
    assert agency.banli.store.run(lambda uow: uow.find(survey)) == []  # so that it may be asked later

    agency.do(AdvanceCase(case_id=case_id, trigger="back"), lead)
    assert sent(agency)[before:] == [
        ("message", "complete"),
        ("stage", ""),
        ("message", "remind"),
        ("message", "complete"),
    ]
    agency.do(SayToClient(case_id=case_id, text="x"), lead)


def test_nobody_is_reminded_and_a_talk_of_before_waits_for_the_client(agency: SmallAgency, clock: ManualClock) -> None:
    case_id, lead = int(agency.banli.store.run(agency.case)), agency.actor("supervisor")

    def reminders() -> int:
        found = agency.banli.store.run(lambda uow: uow.find(timer, scope="remind", state="waiting"))
        return len(found)

    assert reminders() == 1
    chat = agency.banli.store.run(lambda uow: uow.first(conversation, client_id=agency.client))
    agency.banli.store.run(lambda uow: uow.change(conversation, chat["id"], last_in_at=uow.now, case_id=case_id))
    talk = agency.do(AskHuman(conversation_id=chat["id"]))
    agency.do(TakeOver(handoff_id=talk), lead)
    agency.do(SayInChat(handoff_id=talk, text="您好"), lead)
    clock.advance(timedelta(hours=1))
    agency.do(AdvanceCase(case_id=case_id, trigger="complete"), lead)
    assert reminders() == 0
    refused(agency, SayInChat(handoff_id=talk, text="顺便说一句"), lead)
    clock.advance(timedelta(hours=1))
    agency.banli.store.run(lambda uow: uow.change(conversation, chat["id"], last_in_at=uow.now))
    agency.do(SayInChat(handoff_id=talk, text="可以的"), lead)  # he has asked meanwhile


def test_what_is_wrong_with_a_gag_and_what_changes_by_one() -> None:
    known = Known({name: each.Args for name, each in actions().items()}, ROLES, (), rule_events(), built_in())

    def codes(source: str) -> list[tuple[str, str]]:
        return [(each.code, each.pointer) for each in examine(source.encode(), known).problems]

    new, old = examine(GAGGED.encode(), known).flow, examine(WITHOUT.encode(), known).flow
    assert new is not None
    assert old is not None
    told = {each.pointer: each.words for each in changes(old, new)}
    assert "nobody turns to the client" in told["/stages/1/gag"]["en"]
    assert "不得联系客户" in told["/stages/1/gag"]["zh-CN"]
    assert codes(GAGGED.replace("[complete]", "[nonsense]", 1)) == [("flow.unknown_message", "/stages/1/gag_except/0")]
    assert codes(GAGGED.replace("    gag: true\n", "")) == [("flow.gag_except_alone", "/stages/1/gag_except")]
    assert codes(GAGGED.replace("    gag: true\n", "    gag: true\n    remind: [1]\n")) == [
        ("flow.gag_remind", "/stages/1/remind")
    ]
