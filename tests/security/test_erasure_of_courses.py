"""Erased: what cases with children, approvals and rules about time keep beside their sealed columns."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.cases.approval_tables import approval, approval_seat
from core.cases.tables import case_link, rule_course
from core.commands.approvals import CastVote
from core.commands.cases import AdvanceCase, OpenCase
from core.commands.contracts import Traveller
from core.commands.work import PublishFlow
from core.kit.clock import ManualClock
from core.ledger.tables import timer
from core.wiring.forgetting import forget, left
from tests.approvals.test_approvals import FLOW, acting, at_experts, hire
from tests.core.small_agency import SmallAgency, open_agency
from tests.core.stores import NOON
from tests.family.flows import ALL

DAY = "2026-09-17"
BEFORE_INTAKE = """
  - key: before_intake
    name: {zh-CN: 入学前, en: Before the intake}
    at: {anchor: case.intake, offsets: [-30cd, -7cd], until: [StageEntered]}
    then: [{action: create_task, args: {role: consultant, title: {zh-CN: 核对, en: Check}}}]
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def agency(sqlite_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    with open_agency(sqlite_url, tmp_path, clock) as opened:
        for source in (FLOW, *ALL[:-1], ALL[-1] + BEFORE_INTAKE):
            opened.do(PublishFlow(source=source))
        yield opened


def test_no_answer_date_or_word_of_his_stays(agency: SmallAgency, clock: ManualClock) -> None:
    experts = hire(agency, "reviewer", 3)
    decided = at_experts(agency)
    agency.do(CastVote(case_id=decided, vote="for", words="张三的账目不清", score=90), acting(agency, experts[0]))
    opened = OpenCase(
        client_id=agency.client,
        flow="study",
        travellers=(Traveller(name="小明", kind="student"),),
        team=agency.staff,
        fields={"schools": ["ucl", "leeds"], "intake": DAY},
    )
    main = int(agency.do(opened))
    assert DAY in everything(agency)
    clock.advance(timedelta(hours=1))
    agency.do(AdvanceCase(case_id=main, trigger="begin"), agency.actor("consultant"))
    agency.banli.store.run(lambda uow: forget(uow, agency.client, left(uow, agency.client)))
    assert agency.banli.store.run(lambda uow: left(uow, agency.client)) == []
    found = everything(agency)
    assert [each for each in (DAY, "ucl", "leeds", "账目") if each in found] == []
    with agency.banli.reading.open() as reader:
        assert {row["state"] for row in reader.find(approval)} == {"ended"}
        assert sorted(row["vote"] for row in reader.find(approval_seat)) == ["for", "missed", "missed"]


def everything(agency: SmallAgency) -> str:
    with agency.banli.reading.open() as reader:
        return str([reader.find(table) for table in (approval, approval_seat, case_link, rule_course, timer)])
