"""Computed fields of a case: kept in the unit that changes what they look at, with all that hangs on them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from core.cases.tables import case, case_event, item
from core.commands.cases import AddTraveller, SetFields
from core.commands.contracts import DraftContract, FieldValue, Traveller
from core.commands.office import ReplanCase, SetCalendar
from core.commands.work import PublishFlow
from core.engine.calendar import CalendarDay, WorkingCalendar
from core.engine.calendar_spec import write_calendar
from core.kit.clock import ManualClock
from core.kit.errors import Invalid
from core.ledger.tables import timer
from core.store.sealing import Row
from tests.core.small_agency import FLOW, SmallAgency, open_agency

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
FIELDS = """fields:
  - {key: leave_on, name: {zh-CN: 出发, en: Leave}, type: date, source: staff}
  - {key: price, name: {zh-CN: 单价, en: Price}, type: money, source: staff}
  - key: costly
    name: {zh-CN: 大额, en: Costly}
    type: bool
    source: computed
    compute: {when: {all: [{field: case.total, op: ge, value: 100000}]}, then: true, else: false}
  - key: total
    name: {zh-CN: 合计, en: Total}
    type: money
    source: computed
    compute: {product: [case.price, case.applicants]}
  - key: back_on
    name: {zh-CN: 返回, en: Back}
    type: date
    source: computed
    compute: {date: case.leave_on, plus: 2d}
"""
RULES = """rules:
  - key: welcome
    name: {zh-CN: 迎接, en: Welcome}
    at: {anchor: case.back_on, offset: -1cd}
    then: [{action: notify_client, args: {message: remind}}]
"""


@pytest.fixture
def agency(sqlite_url: str, tmp_path: Path) -> Iterator[SmallAgency]:
    with open_agency(sqlite_url, tmp_path, ManualClock(START)) as there:
        source = FLOW.read_text("utf-8").replace("version: 1", "version: 2", 1)
        source = source.replace("fields:\n", FIELDS, 1).replace("\nrules:\n", "\n" + RULES, 1)
        source = source.replace("case.travels_far, op: is_true", "case.costly, op: is_true")
        there.do(PublishFlow(source=source))
        yield there


def opened(agency: SmallAgency, **fields: Any) -> int:
    return int(agency.banli.store.run(lambda uow: agency.case(uow, fields=fields)))


def fields_of(agency: SmallAgency, case_id: int) -> dict[str, Any]:
    with agency.banli.reading.open() as reader:
        [row] = reader.find(case, id=case_id)
    return dict(row["fields"])


def said(agency: SmallAgency, case_id: int) -> list[tuple[list[str], bool]]:
    """Every FieldSet: the fields, and whether they were computed."""
    with agency.banli.reading.open() as reader:
        rows = reader.find(case_event, case_id=case_id, type="FieldSet", order=case_event.c.seq)
    return [(row["data"]["fields"], row["data"]["computed"]) for row in rows]


def planned(agency: SmallAgency, case_id: int) -> list[datetime]:
    with agency.banli.reading.open() as reader:
        rows: list[Row] = reader.find(timer, timer.c.key.like(f"rule:{case_id}:welcome:%"), state="waiting")
    return [row["due"] for row in rows]


def ticket(agency: SmallAgency, case_id: int) -> bool:
    with agency.banli.reading.open() as reader:
        [row] = reader.find(item, case_id=case_id, key="ticket")
    return bool(row["required"])


def give(agency: SmallAgency, case_id: int, **fields: FieldValue) -> None:
    agency.do(SetFields(case_id=case_id, fields=fields), actor=agency.actor("consultant"))


def test_a_computed_date_moves_with_its_input_and_takes_its_rule_along(agency: SmallAgency) -> None:
    case_id = opened(agency, leave_on="2026-03-12")  # a Thursday
    assert fields_of(agency, case_id) == {"leave_on": "2026-03-12", "back_on": "2026-03-16"}
    assert said(agency, case_id) == [(["back_on"], True)]
    assert planned(agency, case_id) == [datetime(2026, 3, 15, 1, tzinfo=UTC)]
    give(agency, case_id, leave_on="2026-03-16")
    assert fields_of(agency, case_id)["back_on"] == "2026-03-18"
    assert said(agency, case_id)[1:] == [(["leave_on"], False), (["back_on"], True)]
    assert planned(agency, case_id) == [datetime(2026, 3, 17, 1, tzinfo=UTC)]
    give(agency, case_id, leave_on="2026-03-16")  # the same again computes nothing else
    assert said(agency, case_id)[3:] == [(["leave_on"], False)]
    close(agency, "2026-03-17")
    agency.do(ReplanCase(case_id=case_id))
    assert fields_of(agency, case_id)["back_on"] == "2026-03-19"
    assert planned(agency, case_id) == [datetime(2026, 3, 18, 1, tzinfo=UTC)]
    give(agency, case_id, leave_on=None)
    assert "back_on" not in fields_of(agency, case_id)
    assert planned(agency, case_id) == []


def test_a_traveller_more_costs_more_and_asks_for_more(agency: SmallAgency) -> None:
    case_id = opened(agency, price=60000)
    assert fields_of(agency, case_id) == {"price": 60000, "total": 60000, "costly": False}
    assert not ticket(agency, case_id)
    agency.do(AddTraveller(case_id=case_id, traveller=Traveller(name="李四", kind="grown_up")))
    assert fields_of(agency, case_id) == {"price": 60000, "total": 120000, "costly": True}
    assert ticket(agency, case_id)
    assert said(agency, case_id)[-1] == (["total", "costly"], True)


def test_nobody_sets_what_is_computed(agency: SmallAgency) -> None:
    case_id = opened(agency, price=60000)
    for command in (
        SetFields(case_id=case_id, fields={"price": 1, "total": 2}),
        DraftContract(
            client_id=agency.client,
            number="C1",
            flow="small_matter",
            package="A",
            amount=100,
            signed_on=START.date(),
            travellers=(Traveller(name="李四", kind="grown_up"),),
            fields={"total": 2},
        ),
    ):
        with pytest.raises(Invalid) as refused:
            agency.do(command)
        assert [(each.pointer, each.code) for each in refused.value.problems] == [("/fields/total", "field.computed")]
    assert fields_of(agency, case_id)["price"] == 60000


def close(agency: SmallAgency, day: str) -> None:
    with agency.banli.reading.open() as reader:
        before: WorkingCalendar = agency.banli.bus.wiring.tools["calendars"].of(reader, "cn-office")
    days = {**before.exceptions, date.fromisoformat(day): CalendarDay(date.fromisoformat(day))}
    after = WorkingCalendar(before.zone.key, before.weekly, days.values())
    agency.do(SetCalendar.model_validate({"name": "cn-office", **write_calendar(after)}))
