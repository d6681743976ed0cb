"""Rules about time in a case: chasers, drips, care after the end, one task for three mails, and ladders."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from core.cases.tables import case, item
from core.commands.cases import AdvanceCase, SetFields, SetSubstate
from core.commands.contracts import ActivateContract, DraftContract, Traveller
from core.commands.migrating import MigrateFlow
from core.commands.office import SetCalendar
from core.commands.people import AddStaff
from core.commands.work import CompleteTask, PublishFlow
from core.engine.calendar import CalendarDay, WorkingCalendar
from core.engine.calendar_spec import write_calendar
from core.kit.clock import ManualClock
from core.ledger import timers
from core.ledger.tables import outbox, timer
from core.store.sealing import Row
from core.store.store import MAX_KEY_ROUNDS
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from core.views.rule_log import ended_rules, planned_rules, rule_runs
from tests.core.small_agency import FLOW, SmallAgency, open_agency

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai

RULES = """rules:
  - key: chase
    name: {zh-CN: 催办, en: Chase}
    at: {anchor: stage.entered, offset: 1cd, every: 5cd, times: 4, until: [DocumentSubmitted], in: [collect]}
    then: [{action: notify_client, args: {message: remind}}]
  - key: drip
    name: {zh-CN: 跟进, en: Drip}
    at: {anchor: case.opened, offsets: [0min, 3cd, 7cd], until: [ClientWrote, ContractActivated]}
    then: [{action: notify_client, args: {message: remind}}]
  - key: care
    name: {zh-CN: 关怀, en: Care}
    at: {anchor: case.closed, offsets: [1month, 6months, 1year], after_end: true}
    then:
      - {action: notify_client, args: {message: complete}}
      - {action: create_task, args: {role: consultant, title: {zh-CN: 回访, en: Call}, due: 1d}}
  - key: renewal
    name: {zh-CN: 续签, en: Renewal}
    at: {anchor: case.expires, offsets: [-60cd, -30cd, -7cd]}
    then:
      - {action: create_task, args: {role: consultant, title: {zh-CN: 续签机会, en: Renewal}, once: renewal}}
  - {key: half, name: {zh-CN: 半程, en: Half}, at: {anchor: stage.entered, offset: 50%, in: [prepare]},
     then: [{action: create_task, args: {role: consultant, title: {zh-CN: 半程, en: Half}}}]}
  - {key: whole, name: {zh-CN: 到期, en: Whole}, at: {anchor: stage.entered, offset: 100%, in: [prepare]},
     then: [{action: create_task, args: {role: supervisor, title: {zh-CN: 到期, en: Whole}}}]}
  - {key: over, name: {zh-CN: 超时, en: Over}, at: {anchor: stage.entered, offset: 150%, in: [prepare]},
     then: [{action: create_task, args: {role: lead, title: {zh-CN: 超时, en: Over}}},
            {action: notify_staff, args: {role: lead, message: remind}}]}
"""
EXPIRES = "fields:\n  - {key: expires, name: {zh-CN: 到期日, en: Expiry}, type: date, source: staff}\n"
GUARD = """    when:
      all:
        - {field: docs.complete, op: is_true, label: {zh-CN: 材料须齐全, en: All documents must be there}}
"""
SOURCE = (
    FLOW.read_text("utf-8")
    .replace("rules:\n", RULES, 1)
    .replace("fields:\n", EXPIRES, 1)
    .replace("version: 1", "version: 2", 1)
    .replace(GUARD, "", 1)
    .replace("due: 1d\n    weight: 30", "due: 2d\n    weight: 30", 1)
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def agency(sqlite_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    yield from opened(sqlite_url, tmp_path, clock)


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    yield from opened(postgres_url, tmp_path, clock)


def opened(url: str, folder: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    with open_agency(url, folder, clock) as there:
        there.do(PublishFlow(source=SOURCE))
        yield there


def open_case(agency: SmallAgency) -> int:
    return int(agency.banli.store.run(agency.case))


def pass_time(agency: SmallAgency, clock: ManualClock, to: datetime) -> None:
    """Every timer fires at its own hour."""
    while True:
        with agency.banli.reading.open() as reader:
            due = timers.next_due(reader)
        if due is None or due > to:
            clock.advance(max(to, clock.now()) - clock.now())
            return
        clock.advance(max(due, clock.now()) - clock.now())
        fire(agency, clock)


def fire(agency: SmallAgency, clock: ManualClock) -> None:
    """What is due now, each twice: whoever comes late finds it fired."""
    with agency.banli.reading.open() as reader:
        due = [timer_id for timer_id, _ in timers.due(reader, clock.now(), 100)]
    for timer_id in [each for each in due for _ in range(2)]:
        agency.banli.store.run(partial(agency.banli.ticker.fire, timer_id=timer_id))


def acted(agency: SmallAgency, case_id: int, rule: str) -> list[str]:
    """When, by the day in Shanghai and the hour."""
    with agency.banli.reading.open() as reader:
        runs = [each for each in rule_runs(reader, case_id, 100, rule=rule) if each.acted]
    return [f"{each.at + timedelta(hours=8):%m-%d %H:%M}" for each in reversed(runs)]


def planned(agency: SmallAgency, case_id: int, rule: str) -> list[str]:
    with agency.banli.reading.open() as reader:
        row = reader.find(case, id=case_id)[0]
        flow = agency.banli.catalogue.compiled(reader, row["flow_version_id"]).flow
        calendar = agency.banli.house.calendars.of(reader, flow.calendar)
        found = planned_rules(reader, flow, calendar, row)
        waits = [each["key"] for each in reader.find(timer, case_id=case_id, state="waiting")]
    one_each = [key for key in waits if key.startswith("rule:")]
    assert len(one_each) == len({each.rule for each in found})
    return [f"{each.due + timedelta(hours=8):%Y-%m-%d}" for each in found if each.rule == rule]


def tasks(agency: SmallAgency, case_id: int) -> list[Row]:
    found: list[Row] = agency.banli.store.run(lambda uow: uow.find(task, case_id=case_id))
    return found


def complete(agency: SmallAgency, case_id: int) -> None:
    """The case goes on to the stage of preparation."""
    agency.do(AdvanceCase(case_id=case_id, trigger="complete"))


@pytest.mark.row("RU9")
def test_a_chaser_comes_again_until_it_is_answered(agency: SmallAgency, clock: ManualClock) -> None:
    case_id = open_case(agency)
    assert planned(agency, case_id, "chase") == ["2026-03-03", "2026-03-08", "2026-03-13", "2026-03-18"]
    pass_time(agency, clock, START + timedelta(days=7))
    assert acted(agency, case_id, "chase") == ["03-03 10:00", "03-08 10:00"]

    clock.advance(START + timedelta(days=14) - clock.now())  # nobody looked for a week: 13 March was missed
    fire(agency, clock)
    assert acted(agency, case_id, "chase")[2:] == ["03-16 10:00"]
    assert planned(agency, case_id, "chase") == ["2026-03-18"]

    [paper] = [row for row in agency.banli.store.run(lambda uow: uow.find(item, case_id=case_id)) if row["required"]][
        :1
    ]
    agency.banli.store.run(lambda uow: agency.hand_in(uow, paper["id"], "paper"))
    pass_time(agency, clock, START + timedelta(days=60))
    assert len(acted(agency, case_id, "chase")) == 3
    with agency.banli.reading.open() as reader:
        [ended] = [each for each in ended_rules(reader, case_id) if each.rule == "chase"]
    assert (ended.by, ended.since) == ("DocumentSubmitted", START + timedelta(days=14))
    complete(agency, case_id)
    agency.do(
        AdvanceCase(case_id=case_id, trigger="back"), agency.actor("supervisor")
    )  # another stay in the stage: it was stopped for good
    assert planned(agency, case_id, "chase") == []  # another stay in the stage, but it was stopped for good


@pytest.mark.row("RU8")
def test_a_drip_stops_when_any_of_his_contracts_takes_effect(agency: SmallAgency, clock: ManualClock) -> None:
    case_id, other = open_case(agency), open_case(agency)
    fire(agency, clock)
    pass_time(agency, clock, START + timedelta(days=4))
    assert acted(agency, case_id, "drip") == ["03-02 10:00", "03-05 10:00"]
    travellers = (Traveller(name="旅客", kind="grown_up"),)
    draft = DraftContract(
        client_id=agency.client, number="C-1", flow="small_matter", package="p", amount=1, currency="CNY",
        signed_on=date(2026, 3, 6), team=agency.staff, travellers=travellers,
    )  # fmt: skip
    agency.do(ActivateContract(contract_id=agency.do(draft)))
    pass_time(agency, clock, START + timedelta(days=30))
    assert [len(acted(agency, each, "drip")) for each in (case_id, other)] == [2, 2]
    newest = max(row["id"] for row in agency.banli.store.run(lambda uow: uow.find(case)))
    assert newest not in (case_id, other)
    assert len(acted(agency, newest, "drip")) == 3  # that of the case which the contract has opened goes on


def test_one_event_stops_rules_in_many_cases_without_beginning_again_for_each(on_postgres: SmallAgency) -> None:
    """More cases than a unit may find lock keys one after the other."""
    agency = on_postgres
    cases = [open_case(agency) for _ in range(MAX_KEY_ROUNDS + 2)]
    draft = DraftContract(
        client_id=agency.client, number="C-1", flow="small_matter", package="p", amount=1, currency="CNY",
        signed_on=date(2026, 3, 6), team=agency.staff, travellers=(Traveller(name="旅客", kind="grown_up"),),
    )  # fmt: skip
    activate, ran = ActivateContract(contract_id=agency.do(draft)), list[UnitOfWork]()

    def work(uow: UnitOfWork) -> None:
        ran.append(uow)
        agency.execute(uow, activate)

    agency.banli.store.run(work)
    assert len(ran) < MAX_KEY_ROUNDS
    assert [planned(agency, each, "drip") for each in cases] == [[] for _ in cases]


@pytest.mark.row("RU11")
def test_care_goes_on_after_the_end(agency: SmallAgency, clock: ManualClock) -> None:
    case_id = open_case(agency)
    complete(agency, case_id)
    agency.do(SetSubstate(case_id=case_id, substate="half"))
    agency.do(AdvanceCase(case_id=case_id, trigger="close"), agency.actor("supervisor"))
    assert planned(agency, case_id, "care") == ["2026-04-02", "2026-09-02", "2027-03-02"]
    assert planned(agency, case_id, "drip") == planned(agency, case_id, "half") == []
    pass_time(agency, clock, START + timedelta(days=400))
    assert acted(agency, case_id, "care") == ["04-02 09:00", "09-02 09:00", "03-02 09:00"]
    assert [row["title"]["en"] for row in tasks(agency, case_id)].count("Call") == 3
    said = [row["notice"]["params"] for row in agency.banli.store.run(lambda uow: uow.find(outbox, case_id=case_id))]
    assert said.count({"message": "complete"}) == 3


@pytest.mark.row("RU13")
def test_three_reminders_make_one_task_and_follow_the_date(on_postgres: SmallAgency, clock: ManualClock) -> None:
    agency = on_postgres
    case_id = open_case(agency)
    assert planned(agency, case_id, "renewal") == []
    agency.do(SetFields(case_id=case_id, fields={"expires": "2026-06-01"}))
    assert planned(agency, case_id, "renewal") == ["2026-04-02", "2026-05-02", "2026-05-25"]
    pass_time(agency, clock, datetime(2026, 4, 3, tzinfo=UTC))
    [made] = [row for row in tasks(agency, case_id) if row["title"]["en"] == "Renewal"]
    agency.do(CompleteTask(task_id=made["id"]))
    agency.do(SetFields(case_id=case_id, fields={"expires": "2026-08-01"}))  # those that remain move with it
    assert planned(agency, case_id, "renewal") == ["2026-07-02", "2026-07-25"]
    agency.do(SetFields(case_id=case_id, fields={"expires": None}))
    assert planned(agency, case_id, "renewal") == []
    agency.do(SetFields(case_id=case_id, fields={"expires": "2026-08-01"}))
    pass_time(agency, clock, datetime(2026, 9, 1, tzinfo=UTC))
    assert acted(agency, case_id, "renewal") == ["04-02 09:00", "07-02 09:00", "07-25 09:00"]
    assert [row["title"]["en"] for row in tasks(agency, case_id)].count("Renewal") == 1
    with agency.banli.reading.open() as reader:
        [act] = rule_runs(reader, case_id, 1, rule="renewal")[0].acts
    assert (act.came, act.reasons[0]["en"]) == ("nothing", "the case has this task already")


@pytest.mark.row("RU16")
def test_a_ladder_in_working_time_follows_the_calendar(agency: SmallAgency, clock: ManualClock) -> None:
    head = agency.do(AddStaff(name="总监", roles=("admin",)))
    case_id = open_case(agency)
    complete(agency, case_id)
    assert [planned(agency, case_id, rule) for rule in ("half", "whole", "over")] == [
        ["2026-03-03"], ["2026-03-04"], ["2026-03-05"]
    ]  # fmt: skip
    with agency.banli.reading.open() as reader:
        before = agency.banli.house.calendars.of(reader, "cn-office")
    days = {**before.exceptions, **{each.day: each for each in [CalendarDay(START.date() + timedelta(days=1))]}}
    calendar = WorkingCalendar(before.zone.key, before.weekly, days.values())
    agency.do(SetCalendar.model_validate({"name": "cn-office", **write_calendar(calendar)}))
    pass_time(agency, clock, START + timedelta(minutes=1))
    assert [planned(agency, case_id, rule) for rule in ("half", "whole", "over")] == [
        ["2026-03-04"], ["2026-03-05"], ["2026-03-06"]
    ]  # fmt: skip
    pass_time(agency, clock, START + timedelta(days=7))
    made = {row["title"]["en"]: row["staff_id"] for row in tasks(agency, case_id)}
    assert {name: made[name] for name in ("Half", "Whole", "Over")} == {
        "Half": agency.staff["consultant"], "Whole": agency.staff["supervisor"], "Over": head
    }  # fmt: skip


def test_another_version_goes_on_where_this_one_was(agency: SmallAgency, clock: ManualClock) -> None:
    """Nothing that has come comes again, and no timer is left behind."""
    case_id = open_case(agency)
    pass_time(agency, clock, START + timedelta(days=2))
    newer = SOURCE.replace("version: 2", "version: 3", 1).replace("[0min, 3cd, 7cd]", "[0min, 1cd, 3cd, 9cd]", 1)
    agency.do(PublishFlow(source=newer.replace("every: 5cd, times: 4", "every: 3cd, times: 3", 1)))
    agency.do(MigrateFlow(flow="small_matter", to=3))
    pass_time(agency, clock, clock.now() + timedelta(seconds=2))
    assert planned(agency, case_id, "drip") == ["2026-03-05", "2026-03-11"]
    assert planned(agency, case_id, "chase") == ["2026-03-06", "2026-03-09"]
    pass_time(agency, clock, START + timedelta(days=30))
    assert len(acted(agency, case_id, "drip")) == 3
    assert len(acted(agency, case_id, "chase")) == 3
