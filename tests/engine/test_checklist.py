"""The checklist: what is asked of whom, what counts as done, and which moves a document's status may make."""

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.checklist import (
    ACTS,
    DONE,
    STATUSES,
    Act,
    ApplicantFacts,
    ItemKey,
    PlannedItem,
    Status,
    Unit,
    acts,
    completion,
    move,
    plan,
    progress,
    required_names,
    units,
)
from core.engine.flow import read_flow
from core.engine.machine import CompiledFlow, compile_flow
from core.kit.errors import Invalid, NotPossibleNow

FLOW = """
key: demo
version: 1
kind: visa
name: {zh-CN: 演示, en: Demo}
calendar: cn-office
applicant_types:
  - {key: employed, name: {zh-CN: 在职, en: Employed}}
  - {key: retired, name: {zh-CN: 退休, en: Retired}}
  - {key: minor, name: {zh-CN: 未成年, en: Minor}}
fields:
  - {key: moved, name: {zh-CN: 异地, en: Moved}, type: bool}
stages:
  - {key: signed, name: {zh-CN: 签约, en: Signed}, owner: sales, weight: 10}
  - {key: collect, name: {zh-CN: 收集, en: Collect}, owner: copywriter, weight: 50}
  - {key: extra, name: {zh-CN: 补料, en: Extra}, owner: copywriter, weight: 0, part_of: collect}
  - {key: filed, name: {zh-CN: 递交, en: Filed}, owner: consultant, weight: 40}
  - {key: closed, name: {zh-CN: 结束, en: Closed}, owner: service, final: true}
items:
  - {key: passport, name: {zh-CN: 护照, en: Passport}, requirement: {zh-CN: 首页, en: Page}}
  - key: employment
    name: {zh-CN: 在职证明, en: Employment letter}
    requirement: {zh-CN: 盖章, en: Sealed}
    required_when: {all: [{field: applicant.type, op: eq, value: employed}]}
  - key: residence
    name: {zh-CN: 居住证, en: Residence permit}
    requirement: {zh-CN: 正面, en: Front}
    required_when: {all: [{field: case.moved, op: is_true}]}
  - {key: statement, group: means, name: {zh-CN: 流水, en: Statement}, requirement: {zh-CN: 半年, en: Six months}}
  - {key: deposit, group: means, name: {zh-CN: 存款, en: Deposit}, requirement: {zh-CN: 证明, en: Proof}}
  - key: salary
    group: means
    name: {zh-CN: 工资单, en: Payslips}
    requirement: {zh-CN: 三个月, en: Three months}
    required_when: {all: [{field: applicant.type, op: eq, value: employed}]}
  - {key: itinerary, per: case, name: {zh-CN: 行程, en: Itinerary}, requirement: {zh-CN: 每天, en: Daily}}
  - {key: receipt, per: case, proof: true, name: {zh-CN: 回执, en: Receipt}, requirement: {zh-CN: 回执, en: Receipt}}
groups:
  - key: means
    name: {zh-CN: 资产证明, en: Proof of means}
    min: 2
    required_when: {none: [{field: applicant.type, op: eq, value: minor}]}
"""


@pytest.fixture(scope="module")
def demo() -> CompiledFlow:
    return compile_flow(read_flow(FLOW.encode()))


def person(id: int, kind: str | None) -> ApplicantFacts:
    return ApplicantFacts(id, {"applicant.type": kind})


def asked(rows: list[PlannedItem]) -> set[ItemKey]:
    return {row.key for row in rows if row.required}


def test_conditional_items_follow_the_type_of_the_applicant(demo: CompiledFlow) -> None:
    both = {("passport", 1), ("statement", 1), ("deposit", 1), ("itinerary", None)}
    assert asked(plan(demo, [person(1, "employed")], {})) == both | {("employment", 1), ("salary", 1)}
    assert asked(plan(demo, [person(1, "retired")], {})) == both
    assert asked(plan(demo, [person(1, "minor")], {})) == {("passport", 1), ("itinerary", None)}


def test_conditional_items_follow_the_facts_of_the_case(demo: CompiledFlow) -> None:
    for moved, expected in ((True, True), (False, False), (None, False)):
        assert (("residence", 1) in asked(plan(demo, [person(1, "retired")], {"case.moved": moved}))) is expected


def test_a_companion_gets_his_own_items_and_shared_ones_stay_single(demo: CompiledFlow) -> None:
    rows = plan(demo, [person(1, "employed"), person(2, "minor")], {})
    assert [row.applicant for row in rows if row.item == "passport"] == [1, 2]
    assert [row.applicant for row in rows if row.item == "itinerary"] == [None]
    assert ("employment", 1) in asked(rows)
    assert ("employment", 2) not in asked(rows)
    assert {row.applicant for row in rows if row.required and row.group == "means"} == {1}


def test_every_item_has_its_rows_in_the_order_of_the_flow_and_a_proof_is_never_asked(demo: CompiledFlow) -> None:
    rows = plan(demo, [person(1, "minor")], {})
    assert [row.item for row in rows] == [item.key for item in demo.flow.items]
    assert [row.required for row in rows if row.item == "receipt"] == [False]
    assert len({row.key for row in rows}) == len(rows)


def test_what_cannot_be_decided_yet_is_not_asked(demo: CompiledFlow) -> None:
    rows = asked(plan(demo, [person(1, None)], {}))
    assert rows == {("passport", 1), ("itinerary", None)}


def test_the_facts_that_a_plan_depends_on(demo: CompiledFlow) -> None:
    assert required_names(demo) == {"applicant.type", "case.moved"}


def test_a_group_counts_as_one_unit_for_each_applicant_with_its_minimum(demo: CompiledFlow) -> None:
    rows = plan(demo, [person(1, "employed"), person(2, "retired")], {})
    assert units(demo, rows) == [
        Unit(("passport",), 1),
        Unit(("passport",), 2),
        Unit(("employment",), 1),
        Unit(("statement", "deposit", "salary"), 1, "means", 2),
        Unit(("statement", "deposit"), 2, "means", 2),
        Unit(("itinerary",), None),
    ]


def test_a_group_never_needs_more_than_there_is(demo: CompiledFlow) -> None:
    only = [PlannedItem("statement", 1, True, "means"), PlannedItem("deposit", 1, False, "means")]
    (unit,) = units(demo, only)
    assert (unit.items, unit.need) == (("statement",), 1)


def test_completion_honours_groups_and_waivers(demo: CompiledFlow) -> None:
    rows = plan(demo, [person(1, "employed")], {})
    statuses: dict[ItemKey, Status] = {}

    def told() -> tuple[int, int, list[str]]:
        result = completion(demo, rows, statuses)
        assert result.complete is (result.done == result.total)
        return result.done, result.total, [unit.group or unit.items[0] for unit in result.missing]

    assert told() == (0, 4, ["passport", "employment", "means", "itinerary"])
    statuses["passport", 1] = "approved"
    statuses["employment", 1] = "waived"
    statuses["itinerary", None] = "submitted"
    assert told() == (2, 4, ["means", "itinerary"])
    statuses["deposit", 1] = "approved"
    assert told() == (2, 4, ["means", "itinerary"])  # two of three are needed
    statuses["salary", 1] = "rework"
    assert told() == (2, 4, ["means", "itinerary"])
    statuses["salary", 1] = "waived"
    assert told() == (3, 4, ["itinerary"])
    statuses["itinerary", 1] = "approved"  # somebody's, not the shared one
    assert told() == (3, 4, ["itinerary"])
    statuses["itinerary", None] = "approved"
    assert told() == (4, 4, [])


def test_an_empty_checklist_is_complete(demo: CompiledFlow) -> None:
    assert completion(demo, [], {}).complete


@given(st.lists(st.sampled_from(STATUSES), min_size=8, max_size=8), st.integers(0, 7))
def test_more_approvals_never_make_a_checklist_less_complete(
    demo: CompiledFlow, given_statuses: list[Status], position: int
) -> None:
    rows = plan(demo, [person(1, "employed")], {"case.moved": True})
    statuses = {row.key: status for row, status in zip(rows, given_statuses, strict=True)}
    before = completion(demo, rows, statuses)
    after = completion(demo, rows, {**statuses, rows[position].key: "approved"})
    assert before.done <= after.done <= after.total == before.total
    assert all(len(set(unit.items)) >= unit.need for unit in after.missing)


LEGAL: Mapping[tuple[Status, Act], Status] = {
    ("todo", "submit"): "submitted",
    ("todo", "waive"): "waived",
    ("submitted", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "reject"): "rework",
    ("submitted", "waive"): "waived",
    ("rework", "submit"): "submitted",
    ("rework", "waive"): "waived",
    ("approved", "reopen"): "rework",
    ("rework", "restore"): "approved",
    ("approved", "waive"): "waived",
    ("waived", "require"): "todo",
}


@pytest.mark.row("DM6")
def test_legal_moves_only_and_rework_needs_a_reason() -> None:
    assert list(STATUSES) == ["todo", "submitted", "approved", "rework", "waived"]
    for status, act in itertools.product(STATUSES, ACTS):
        if (status, act) in LEGAL:
            assert move(status, act, "a reason") == LEGAL[status, act]
            continue
        with pytest.raises(NotPossibleNow) as caught:
            move(status, act, "a reason")
        assert caught.value.params == {"status": status, "act": act}
    to_rework = [place for place, after in LEGAL.items() if after == "rework"]
    assert to_rework == [("submitted", "reject"), ("approved", "reopen")]
    for status, act in to_rework:
        for missing in ("", "  ", "\n"):
            with pytest.raises(Invalid) as refused:
                move(status, act, missing)
            (problem,) = refused.value.problems
            assert problem.pointer == "/reason"
            assert set(problem.message) == {"zh-CN", "en"}


def test_waiving_needs_a_reason_and_the_rest_needs_none() -> None:
    for (status, act), after in LEGAL.items():
        if act in ("reject", "reopen", "waive"):
            with pytest.raises(Invalid):
                move(status, act)
        else:
            assert move(status, act) == after


def test_an_illegal_move_is_told_before_a_missing_reason() -> None:
    with pytest.raises(NotPossibleNow):
        move("todo", "reject")


def test_buttons_of_a_status_are_its_legal_acts() -> None:
    for status in STATUSES:
        assert set(acts(status)) == {act for (source, act) in LEGAL if source == status}


def test_every_status_can_come_to_an_end_and_back() -> None:
    reached: dict[Status, set[Status]] = {status: {status} for status in STATUSES}
    for _ in STATUSES:
        for (source, _act), after in LEGAL.items():
            reached[source] |= reached[after]
    assert all(DONE & reached[status] for status in STATUSES)
    assert all("submitted" in reached[status] for status in STATUSES)


@pytest.mark.parametrize(
    "stage, done, total, percent",
    [
        ("signed", 0, 0, 0),
        ("collect", 0, 8, 10),
        ("collect", 4, 8, 35),
        ("collect", 7, 8, 53),
        ("collect", 8, 8, 60),
        ("collect", 9, 8, 60),
        ("extra", 4, 8, 60),
        ("filed", 0, 0, 60),
        ("filed", 1, 2, 80),
        ("closed", 0, 5, 100),
    ],
)
def test_progress(demo: CompiledFlow, stage: str, done: int, total: int, percent: int) -> None:
    assert progress(demo.flow.stages, stage, done, total) == percent


def test_progress_of_a_stage_that_is_not_there(demo: CompiledFlow) -> None:
    with pytest.raises(KeyError):
        progress(demo.flow.stages, "nowhere", 0, 1)
