"""What a rule's log says, and the fuse: a circle is cut, a storm is stopped, and nothing else is held up by it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.cases.tables import case, case_event
from core.commands.cases import AdvanceCase, RearmRule, SetFields
from core.commands.people import AddStaff, BindStaffIdentity
from core.commands.work import PublishFlow
from core.engine.text import LANGUAGES
from core.kit.clock import ManualClock
from core.kit.errors import Invalid, NotAllowed, NotPossibleNow
from core.ledger.tables import outbox
from core.reactions import fuse
from core.views.rule_log import Run, planned_rules, rule_runs, stopped_rules
from tests.core.small_agency import FLOW, SmallAgency, open_agency
from tests.core.stores import NOON

# Two rules that set each other off for ever, and one that asks for what is not possible.
MORE_RULES = """rules:
  - key: ping
    name: {zh-CN: 退回, en: Ping}
    on: StageEntered
    when: {all: [{field: case.stage, op: eq, value: prepare}]}
    then: [{action: advance_case, args: {trigger: again}}]
  - key: pong
    name: {zh-CN: 前进, en: Pong}
    on: StageEntered
    when: {all: [{field: event.trigger, op: eq, value: again}]}
    then: [{action: advance_case, args: {trigger: forth}}]
  - key: hurry
    name: {zh-CN: 催办, en: Hurry}
    on: FieldSet
    when: {all: [{field: case.travels_far, op: is_true, label: {zh-CN: 须为远行, en: The journey must be far}}]}
    then:
      - {action: advance_case, args: {trigger: complete}}
      - {action: notify_client, args: {message: complete}}
      - {action: notify_staff, args: {role: finance, message: complete}}
      - {action: send_mail, args: {message: complete}}
"""
MORE_STEPS = """transitions:
  - {key: forth, from: [collect], to: prepare, label: {zh-CN: 前进, en: Forth}, by: [supervisor, system]}
  - {key: again, from: [prepare], to: collect, label: {zh-CN: 再来, en: Again}, by: [system]}
"""
CIRCLE = (
    FLOW.read_text("utf-8")
    .replace("rules:\n", MORE_RULES, 1)
    .replace("transitions:\n", MORE_STEPS, 1)
    .replace("version: 1", "version: 2", 1)
    .replace("reviewer, supervisor]", "reviewer, supervisor, finance]", 1)
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def agency(database: str, tmp_path: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    with open_agency(database, tmp_path, clock) as opened:
        opened.do(PublishFlow(source=CIRCLE))
        admin = opened.do(AddStaff(name="管理员", roles=("admin",)))
        opened.do(BindStaffIdentity(staff_id=admin, channel="loopback", account="test", external_id="staff-admin"))
        yield opened


def opened(agency: SmallAgency) -> int:
    return int(agency.banli.store.run(agency.case))


def runs(agency: SmallAgency, case_id: int, rule: str | None = None) -> list[Run]:
    """Oldest first."""
    with agency.banli.reading.open() as reader:
        return rule_runs(reader, case_id, 1000, rule=rule)[::-1]


def stage(agency: SmallAgency, case_id: int) -> str:
    return str(agency.banli.store.run(lambda uow: uow.get(case, case_id))["stage"])


def told_admin(agency: SmallAgency) -> list[tuple[str, str]]:
    """Sentence and rule of what admins were told."""
    rows = agency.banli.store.run(lambda uow: uow.find(outbox))
    said = [row["notice"]["params"] for row in rows if row["notice"]["kind"] == "say"]
    return sorted((each["key"], each["params"]["code"]) for each in said if each["key"].startswith("rules."))


@pytest.mark.row("RU4")
def test_a_circle_is_cut_and_a_storm_stopped(agency: SmallAgency, clock: ManualClock) -> None:
    case_id, lead = opened(agency), agency.actor("supervisor")
    agency.do(AdvanceCase(case_id=case_id, trigger="forth"), lead)

    told = [each for each in runs(agency, case_id) if each.acted or each.stopped]
    assert [each.rule for each in told] == ["ping", "pong"] * (fuse.CHAIN // 2) + ["ping"]
    assert [each.stopped for each in told] == [""] * fuse.CHAIN + ["loop"]
    assert (stage(agency, case_id), told_admin(agency)) == ("prepare", [("rules.loop", "ping")])
    assert "set each other off" in told[-1].reasons[0]["en"]
    assert "互相触发" in told[-1].reasons[0]["zh-CN"]

    while not (
        stopped := _stopped(agency, case_id)
    ):  # each deed begins a new circle, until one of the rules is stopped
        clock.advance(timedelta(minutes=1))
        assert clock.now() < NOON + fuse.WINDOW
        trigger = "again" if stage(agency, case_id) == "prepare" else "forth"
        agency.do(AdvanceCase(case_id=case_id, trigger=trigger))
    [(rule, _)] = stopped
    acted = [each for each in runs(agency, case_id, rule) if each.acted]
    assert len(acted) <= fuse.MOST
    assert runs(agency, case_id, rule)[-1].stopped == "storm"
    assert ("rules.storm", rule) in told_admin(agency)
    assert len(set(told_admin(agency))) == len(told_admin(agency))  # nobody hears the same twice

    clock.advance(10 * fuse.WINDOW)  # it does not begin again by itself
    before = len(acted)
    agency.do(SetFields(case_id=case_id, fields={"travels_far": True}))  # other rules go on
    assert runs(agency, case_id, "hurry")[-1].acted
    assert len([each for each in runs(agency, case_id, rule) if each.acted]) == before
    other = opened(agency)
    agency.do(AdvanceCase(case_id=other, trigger="forth"), lead)  # nor is another case held up
    assert any(each.acted for each in runs(agency, other, rule))

    with pytest.raises(NotAllowed):
        agency.do(RearmRule(case_id=case_id, rule=rule), agency.actor("copywriter"))
    agency.do(RearmRule(case_id=case_id, rule=rule), lead)
    assert _stopped(agency, case_id) == []
    with pytest.raises(NotPossibleNow):
        agency.do(RearmRule(case_id=case_id, rule=rule), lead)


def test_the_log_says_why_and_what_came_of_it(agency: SmallAgency) -> None:
    case_id = opened(agency)
    agency.do(SetFields(case_id=case_id, fields={"travels_far": False}))
    agency.do(SetFields(case_id=case_id, fields={"travels_far": True}))
    [idle, acted] = runs(agency, case_id, "hurry")

    assert (idle.acted, idle.set_off, idle.acts) == (False, "FieldSet", ())
    assert idle.reasons == ({"zh-CN": "须为远行", "en": "The journey must be far"},)
    assert (acted.acted, acted.reasons) == (True, ())
    assert [(each.action, each.came, each.code) for each in acted.acts] == [
        ("advance_case", "refused", "not_possible_now"),
        ("notify_client", "done", ""),
        ("notify_staff", "nothing", ""),
        ("send_mail", "unreachable", ""),
    ]
    assert acted.acts[0].reasons == ({"zh-CN": "材料须齐全", "en": "All documents must be there"},)
    for each in (acted.acts[2], acted.acts[3]):
        assert all(words[language] for words in each.reasons for language in LANGUAGES)
        assert each.reasons
    with agency.banli.reading.open() as reader:
        row = reader.find(case, id=case_id)[0]
        flow = agency.banli.catalogue.compiled(reader, row["flow_version_id"]).flow
        calendar = agency.banli.house.calendars.of(reader, flow.calendar)
        assert [each.rule for each in planned_rules(reader, flow, calendar, row)] == ["remind"]


def test_a_run_that_was_noted_in_chinese_only_is_still_read(agency: SmallAgency) -> None:
    case_id = opened(agency)
    data = {"rule": "gone", "acted": False, "why": "须为远行; 材料须齐全"}

    by = {"actor_kind": "system", "actor_id": 0, "door": "rule", "channel": "", "correlation": 1}
    logged = {"seq": 1000, "type": "RuleRan", "at": NOON, "data": data, **by}
    agency.banli.store.run(lambda uow: uow.add(case_event, case_id=case_id, **logged))
    [old] = runs(agency, case_id, "gone")
    assert [each["en"] for each in old.reasons] == ["须为远行", "材料须齐全"]
    assert (old.acted, old.set_off, old.stopped, old.acts) == (False, "", "", ())


def test_a_circle_that_is_certain_is_not_published(agency: SmallAgency) -> None:
    """Without conditions the two rules move every case back and forth."""
    certain = re.sub(r"(on: StageEntered\n)    when: .*\n", r"\1", CIRCLE).replace("version: 2", "version: 3", 1)
    with pytest.raises(Invalid) as refused:
        agency.do(PublishFlow(source=certain))
    found = {(each.pointer, each.code) for each in refused.value.problems}
    assert found == {(f"/rules/{rule}/then/0", "flow.rule_circle") for rule in (0, 1)}


def test_a_rule_cannot_wait_for_what_rules_themselves_do(agency: SmallAgency) -> None:
    """Such an event sets no rule off, so that the rule would never act and nobody would know."""
    never = CIRCLE.replace("on: StageEntered", "on: RuleRan", 1).replace("version: 2", "version: 3", 1)
    with pytest.raises(Invalid) as refused:
        agency.do(PublishFlow(source=never))
    assert [(each.pointer, each.code) for each in refused.value.problems] == [("/rules/0/on", "flow.unknown_event")]


def _stopped(agency: SmallAgency, case_id: int) -> list[tuple[str, object]]:
    with agency.banli.reading.open() as reader:
        return list(stopped_rules(reader, case_id))
