"""Work that a rule shares out: in turn and by load, who is away skipped, by region, and nothing lost when nobody is."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.cases.tables import case, case_event
from core.commands.cases import AdvanceCase, AssignRole, OpenCase, SetSubstate
from core.commands.contracts import Traveller
from core.commands.delegations import DelegateWork, EndDelegation
from core.commands.desk import HandOver
from core.commands.people import AddDepartment, AddStaff, BindStaffIdentity
from core.commands.staffing import DisableStaff, SetRegions
from core.commands.work import PublishFlow
from core.engine.text import LANGUAGES
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.errors import Invalid
from core.ledger.tables import button, outbox
from core.store.store import Unit
from core.store.unit import UnitOfWork
from core.views.rule_log import Run, rule_runs
from tests.core.small_agency import FLOW, SmallAgency, open_agency, small_banli
from tests.core.stores import NOON

RULES = """rules:
  - key: writer
    name: {zh-CN: 找文案, en: Find a writer}
    on: CaseOpened
    then: [{action: assign, args: {role: copywriter, by: round_robin}}]
  - key: adviser
    name: {zh-CN: 找顾问, en: Find an adviser}
    on: StageEntered
    when: {all: [{field: case.stage, op: eq, value: prepare}]}
    then: [{action: assign, args: {role: consultant, by: least_loaded, most_open: 3}}]
  - key: seller
    name: {zh-CN: 找销售, en: Find a seller}
    on: CaseOpened
    when: {all: [{field: case.province, op: filled}]}
    then: [{action: assign, args: {role: sales, by: round_robin, region: province}}]
  - key: other
    name: {zh-CN: 换人, en: Somebody else}
    on: SubstateSet
    then: [{action: assign, args: {role: copywriter, by: round_robin, again: true}}]
"""
PROVINCE = """fields:
  - key: province
    name: {zh-CN: 省份, en: Province}
    type: region
    choices: [{key: zj, name: {zh-CN: 浙江, en: Zhejiang}}, {key: gd, name: {zh-CN: 广东, en: Guangdong}}]
    pii: contact
    ask: {zh-CN: 哪个省？, en: Which province?}
"""
STEP = """transitions:
  - {key: forth, from: [collect], to: prepare, label: {zh-CN: 前进, en: Forth}, by: [system]}
"""
SHARING = (
    FLOW.read_text("utf-8")
    .replace("rules:\n", RULES, 1)
    .replace("fields:\n", PROVINCE, 1)
    .replace("transitions:\n", STEP, 1)
    .replace("version: 1", "version: 2", 1)
    .replace("reviewer, supervisor]", "reviewer, supervisor, sales]", 1)
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def agency(database: str, tmp_path: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    with open_agency(database, tmp_path, clock) as opened:
        opened.do(PublishFlow(source=SHARING))
        yield opened


def hire(agency: SmallAgency, role: str, many: int = 1, department: int | None = None) -> list[int]:
    """Their ids; each has a chat."""
    found = []
    for n in range(many):
        staff_id = agency.do(AddStaff(name=f"{role}{n}", roles=(role,), department_id=department))
        chat = {"channel": "loopback", "account": "test", "external_id": f"staff-{staff_id}"}
        agency.do(BindStaffIdentity(staff_id=staff_id, **chat))
        found.append(int(staff_id))
    return found


def opening(agency: SmallAgency, fields: Mapping[str, Any] | None = None) -> OpenCase:
    """Nobody writes or advises on it yet."""
    team = {"supervisor": agency.staff["supervisor"]}
    people = (Traveller(name="旅客", kind="grown_up"),)
    return OpenCase(
        client_id=agency.client, flow="small_matter", travellers=people, team=team, fields=dict(fields or {})
    )


def opened(agency: SmallAgency, **fields: Any) -> int:
    return int(agency.do(opening(agency, fields)))


def does(agency: SmallAgency, case_id: int, role: str) -> int | None:
    found: int | None = agency.banli.store.run(lambda uow: uow.get(case, case_id))["team"].get(role)
    return found


def last_run(agency: SmallAgency, case_id: int, rule: str) -> Run:
    with agency.banli.reading.open() as reader:
        return next(each for each in rule_runs(reader, case_id, 20, rule=rule) if each.acted)


def notices(agency: SmallAgency, case_id: int, kind: str) -> list[int]:
    """To whom."""
    rows = agency.banli.store.run(lambda uow: uow.find(outbox, case_id=case_id))
    return [row["person_id"] for row in rows if row["notice"]["kind"] == kind]


@pytest.mark.row("RU19")
def test_in_turn_with_absences_and_every_card_goes_to_whoever_was_found(
    agency: SmallAgency, clock: ManualClock
) -> None:
    first, *more = [agency.staff["copywriter"], *hire(agency, "copywriter", 4)]
    away, stands_in = more[1], more[0]
    got: Counter[int | None] = Counter(does(agency, opened(agency), "copywriter") for _ in range(12))
    assert sorted(got.values()) == [2, 2, 2, 3, 3]

    today = date(2026, 3, 2)
    days = {"first": today, "last": today + timedelta(days=1)}
    gone = agency.do(DelegateWork(staff_id=away, delegate_id=stands_in, role="copywriter", **days))
    while_away = Counter(does(agency, opened(agency), "copywriter") for _ in range(10))
    assert away not in while_away
    case_id = opened(agency)
    [act] = last_run(agency, case_id, "writer").acts
    assert (act.action, act.came) == ("assign", "done")
    assert "4" in act.reasons[0]["en"]
    assert "not there: 1" in act.reasons[0]["en"]
    assert "不在岗" in act.reasons[0]["zh-CN"]

    agency.do(EndDelegation(delegation_id=gone))
    joined, *_ = hire(agency, "copywriter")
    after = [opened(agency) for _ in range(13)]
    back = Counter(does(agency, each, "copywriter") for each in after)
    assert back[joined] <= 3  # his turns, and not what the others had before him
    everything = got + while_away + Counter([does(agency, case_id, "copywriter")]) + back
    always = [everything[each] for each in (first, stands_in, *more[2:])]
    assert max(always) - min(always) <= 1

    found = does(agency, after[-1], "copywriter")
    assert notices(agency, after[-1], "stage_work") == [found]  # the stage's owner, and nobody in his place before
    assert notices(agency, after[-1], "handed_over") == [found]
    [told] = agency.banli.store.run(lambda uow: uow.find(case_event, case_id=after[-1], type="RoleAssigned"))
    assert (told["actor_kind"], told["data"]["way"], told["data"]["staff_id"]) == ("system", "round_robin", found)
    assert set(told["data"]["why"]) == set(LANGUAGES)


def test_by_load_up_to_a_limit_then_the_leads_are_called_and_fill_the_place(
    agency: SmallAgency, clock: ManualClock
) -> None:
    lead, advisers = agency.actor("supervisor"), [agency.staff["consultant"], *hire(agency, "consultant")]
    cases = [opened(agency) for _ in range(8)]
    agency.do(AssignRole(case_id=cases[7], role="consultant", staff_id=advisers[0]))  # by a person: it counts
    for each in cases[:5]:
        agency.do(AdvanceCase(case_id=each, trigger="forth"))
    assert Counter(does(agency, each, "consultant") for each in cases) == {advisers[0]: 3, advisers[1]: 3, None: 2}
    assert "fewest open cases" in last_run(agency, cases[4], "adviser").acts[0].reasons[0]["en"]

    agency.do(AdvanceCase(case_id=cases[7], trigger="forth"))  # he whom a person chose keeps it
    assert last_run(agency, cases[7], "adviser").acts[0].came == "nothing"
    assert does(agency, cases[7], "consultant") == advisers[0]

    for _ in range(2):  # a second try on the same day is no second call
        agency.do(AdvanceCase(case_id=cases[5], trigger="forth"))
        agency.do(AdvanceCase(case_id=cases[5], trigger="back"), lead)
    [act] = last_run(agency, cases[5], "adviser").acts
    assert (act.came, does(agency, cases[5], "consultant")) == ("nothing", None)
    assert "as many as allowed: 2" in act.reasons[0]["en"]
    assert notices(agency, cases[5], "say") == [lead.id]
    buttons = agency.banli.store.run(lambda uow: uow.find(button, case_id=cases[5], for_id=lead.id))
    assert "OfferHandOver" in {each["command"]["command"] for each in buttons}
    agency.do(HandOver(case_id=cases[5], role="consultant", staff_id=advisers[1]), lead)
    assert does(agency, cases[5], "consultant") == advisers[1]

    agency.do(SetSubstate(case_id=cases[0], substate="begun"))  # another writer is wanted, and there is none
    assert last_run(agency, cases[0], "other").acts[0].came == "nothing"
    [newcomer] = hire(agency, "copywriter")
    agency.do(SetSubstate(case_id=cases[0], substate="half"))
    assert does(agency, cases[0], "copywriter") == newcomer


@pytest.mark.row("RU7")
def test_the_department_of_the_region_then_those_above_it_then_the_house(agency: SmallAgency) -> None:
    east = agency.do(AddDepartment(name="华东"))
    zhejiang = agency.do(AddDepartment(name="浙江组", parent_id=east))
    south = agency.do(AddDepartment(name="华南"))
    agency.do(SetRegions(department_id=zhejiang, regions=("浙江",)))
    agency.do(SetRegions(department_id=south, regions=("gd",)))
    with pytest.raises(Invalid) as refused:
        agency.do(SetRegions(department_id=east, regions=("上海", "浙江")))
    assert [(each.pointer, each.code) for each in refused.value.problems] == [("/regions/1", "staff.region_taken")]

    without = opened(agency, province="zj")
    assert does(agency, without, "sales") is None
    assert "nobody in the whole house" in last_run(agency, without, "seller").acts[0].reasons[0]["en"]
    [local] = hire(agency, "sales", 1, zhejiang)
    east_people = hire(agency, "sales", 2, east)
    [southern] = hire(agency, "sales", 1, south)
    assert [does(agency, opened(agency, province="zj"), "sales") for _ in range(3)] == [local] * 3
    assert does(agency, opened(agency, province="gd"), "sales") == southern

    agency.do(DisableStaff(staff_id=local))
    found = [opened(agency, province="zj") for _ in range(4)]
    assert Counter(does(agency, each, "sales") for each in found) == dict.fromkeys(east_people, 2)
    why = last_run(agency, found[0], "seller").acts[0].reasons[0]
    assert "华东" in why["en"]
    assert "nobody could in 浙江组" in why["en"]
    for each in (*east_people, southern):
        agency.do(DisableStaff(staff_id=each))
    [anywhere] = hire(agency, "sales")
    assert does(agency, opened(agency, province="zj"), "sales") == anywhere

    named = SHARING.replace("region: province", "department: 西部").replace("version: 2", "version: 3", 1)
    with pytest.raises(Invalid) as unknown:
        agency.do(PublishFlow(source=named))
    assert [each.pointer for each in unknown.value.problems] == ["/rules/2/then/0/args/department"]


def test_two_stores_at_once_give_no_turn_twice(postgres_url: str, tmp_path: Path, clock: ManualClock) -> None:
    keys = generate_key()
    with open_agency(postgres_url, tmp_path, clock, keys) as agency:
        agency.do(PublishFlow(source=SHARING))
        hire(agency, "copywriter", 4)
        other = small_banli(postgres_url, tmp_path, keys, clock)
        other.start()
        try:
            second = SmallAgency(other, agency.staff, agency.names, agency.client)

            def work(which: SmallAgency) -> Unit:
                def open_one(uow: UnitOfWork) -> int:
                    return int(which.execute(uow, opening(which)))

                return Unit(open_one)

            futures = [each.banli.store.submit(work(each)) for _ in range(20) for each in (agency, second)]
            cases = [future.result(60) for future in futures]
        finally:
            other.stop()
        counts = Counter(does(agency, each, "copywriter") for each in cases)
    assert sorted(counts.values()) == [8, 8, 8, 8, 8]
