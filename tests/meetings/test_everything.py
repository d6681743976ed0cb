"""One flow with every newer word of the language: checked, shown, tried, lived through, moved to another version and
back, and exported. Nothing of it stands in the way of anything else."""

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from pydantic import SecretStr

from adapters.loopback.channel import LoopbackChannel
from bot.app import build
from bot.cli.story_making import parsed
from bot.story.past import read_past
from core.cases.approval_tables import approval, approval_seat
from core.cases.tables import case, case_event, case_handover, case_link
from core.catalog.language import schema
from core.commands.approvals import CastVote
from core.commands.cases import AdvanceCase, OpenCase, SetFields, SetSubstate
from core.commands.client_steps import TakeStep
from core.commands.contracts import Traveller
from core.commands.handovers import AcceptHandover, ProposeHandover
from core.commands.migrating import MigrateFlow, UndoMigration
from core.commands.tables import ImportTable
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.engine.diagram import diagram_of
from core.engine.diagram_mermaid import mermaid
from core.engine.diagram_svg import svg
from core.engine.flow import read_flow
from core.engine.flow_diff import changes
from core.engine.machine import compile_flow
from core.engine.yaml_source import read_yaml
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.errors import NotPossibleNow
from core.kit.settings import Settings
from core.kit.settings_hooks import Hook
from core.ledger.tables import outbox, timer
from core.store.sealing import Row
from core.tasks.tables import task
from core.views.simulated_case import Lens
from core.views.simulation import begun, simulate
from tests.approvals.test_approvals import acting, hire
from tests.core.small_agency import FLOW as SMALL
from tests.core.small_agency import SmallAgency
from tests.core.stores import NOON

HERE = Path(__file__).parent
SOURCE = (HERE / "flow.yaml").read_bytes()
SCHOOLS = "key,name.zh-CN,name.en,deadline:date\nucl,伦敦大学学院,UCL,2026-09-01\nleeds,利兹大学,Leeds,2026-10-01\n"
REGIONS = "key;name.zh-CN;name.en;parent\ncn;中国;China;\neast;华东;East;cn\nhz;杭州;Hangzhou;east\n"
LATER = SOURCE.replace(b"version: 1\n", b"version: 2\n", 1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def agency(database: str, tmp_path: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    secret = SecretStr("whsec_" + base64.b64encode(b"a secret of thirty-two bytes now").decode())
    hooks = {"crm": Hook(url="https://crm.example.com/in", secret=secret)}
    keys = SecretStr(generate_key())
    banli = build(Settings(database_url=SecretStr(database), files_dir=tmp_path, keys=keys, hooks=hooks), clock=clock)
    banli.add(LoopbackChannel())
    banli.start()
    try:
        found = SmallAgency(banli).found()
        for name, content in (("schools", SCHOOLS), ("regions", REGIONS)):
            found.do(ImportTable.of(name, content.encode(), "2026-03-01", "test"))
        found.do(PublishFlow(source=SOURCE.decode()))
        yield found
    finally:
        banli.stop()


def begins(agency: SmallAgency) -> int:
    opened = OpenCase(
        client_id=agency.client,
        flow="everything",
        travellers=(Traveller(name="小明", kind="grown_up"),),
        team=agency.staff,
        fields={"filing": "2026-06-01", "first": "ucl", "home": "hz"},
    )
    case_id = int(agency.do(opened))
    agency.do(
        SetFields(case_id=case_id, fields={"schools": ["ucl", "leeds"], "points": "竞赛", "passport": "E12345678"})
    )
    return case_id


def rows(agency: SmallAgency, table: Any, **equal: Any) -> list[Row]:
    with agency.banli.reading.open() as reader:
        return list(reader.find(table, **equal))


def row_of(agency: SmallAgency, case_id: int) -> Row:
    return rows(agency, case, id=case_id)[0]


def moved(agency: SmallAgency, clock: ManualClock, to: int) -> int:
    batch = int(agency.do(MigrateFlow(flow="everything", to=to)))
    ticks(agency, clock)
    return batch


def ticks(agency: SmallAgency, clock: ManualClock, after: timedelta = timedelta(seconds=2)) -> None:
    clock.advance(after)
    asyncio.run(agency.banli.work_until_quiet())


def shown(agency: SmallAgency, source: bytes) -> dict[str, Any]:
    """What simulating says; that all cases could be looked at."""
    wiring, banli = agency.banli.bus.wiring, agency.banli
    lens = Lens(
        banli.catalogue, wiring.tools["calendars"], wiring.facts, compile_flow(read_flow(source)), banli.clock.now()
    )
    with agency.banli.reading.open() as reader:
        result, ids = begun(lens, reader, 30, 100)
    list(simulate(lens, agency.banli.reading.open, result, ids, lambda _: True))
    return {"looked_at": result.looked_at, "unchanged": result.unchanged, "differs": result.differs}


def test_editors_readers_and_pictures_know_every_word() -> None:
    tree: Any = read_yaml(SOURCE).data
    jsonschema_rs.Draft202012Validator(schema(), validate_formats=True).validate(tree)
    whole, small = read_flow(SOURCE), read_flow(SMALL.read_bytes())
    for before, after in ((small, whole), (whole, small)):
        told = changes(before, after)
        assert all(words.strip() for each in told for words in each.words.values())
    assert changes(whole, whole) == ()
    for language in ("zh-CN", "en"):
        drawn = diagram_of(compile_flow(whole), language, {})
        assert mermaid(drawn)
        assert svg(drawn).lstrip().startswith("<")


def test_a_case_lives_through_all_of_it(agency: SmallAgency, clock: ManualClock) -> None:
    case_id = begins(agency)
    assert {row["value"] for row in rows(agency, case_link, parent_id=case_id)} == {"ucl", "leeds"}
    row = row_of(agency, case_id)
    assert (row["fields"]["deadline"], row["fields"]["near"]) == ("2026-09-01", True)
    clock.advance(timedelta(hours=1))
    agency.do(SetSubstate(case_id=case_id, substate="waiting"))
    ticks(agency, clock, timedelta(hours=2))
    agency.do(SetSubstate(case_id=case_id, substate="working"))
    assert shown(agency, LATER) == {"looked_at": 3, "unchanged": 3, "differs": False}
    hire(agency, "reviewer")
    agency.do(ProposeHandover(case_id=case_id), agency.actor("consultant"))
    with pytest.raises(NotPossibleNow):
        agency.do(AdvanceCase(case_id=case_id, trigger="begin"))
    agency.do(AcceptHandover(case_id=case_id), agency.actor("copywriter"))
    agency.do(SetSubstate(case_id=case_id, substate="to_confirm"))
    himself = Actor(kind="client", id=agency.client)
    agency.do(TakeStep(case_id=case_id, trigger="confirm"), himself)
    with pytest.raises(NotPossibleNow):
        agency.do(AdvanceCase(case_id=case_id, trigger="passed"))
    assert shown(agency, LATER)["looked_at"] == 3
    [round_] = rows(agency, approval, case_id=case_id)
    [seat] = rows(agency, approval_seat, case_id=case_id)
    agency.do(CastVote(case_id=case_id, vote="for", score=80), acting(agency, seat["staff_id"]))
    assert (row_of(agency, case_id)["stage"], round_["state"]) == ("cooling", "open")
    kinds = [each["type"] for each in rows(agency, case_event, case_id=case_id)]
    assert "NoticeHeld" in kinds
    assert len(rows(agency, outbox, channel="hook")) == 1
    agency.do(TakeStep(case_id=case_id, trigger="close"), himself)
    assert row_of(agency, case_id)["state"] == "closed"
    waits = [each["key"] for each in rows(agency, timer, case_id=case_id, state="waiting")]
    assert [key.split(":")[2] for key in waits if key.startswith("rule:")] == ["care"]
    with agency.banli.reading.open() as reader:
        past = read_past(reader, row_of(agency, case_id), partial(parsed, agency.banli))
    assert past.source == SOURCE
    assert json.dumps(past.notes, default=str, ensure_ascii=False)
    assert shown(agency, LATER)["looked_at"] == 2


def test_it_goes_over_and_back_with_all_that_is_open(agency: SmallAgency, clock: ManualClock) -> None:
    """A hand-over that is offered and a limit that stands still; then a round that is being voted on."""
    case_id = begins(agency)
    hire(agency, "reviewer")
    clock.advance(timedelta(hours=1))
    agency.do(ProposeHandover(case_id=case_id), agency.actor("consultant"))
    agency.do(SetSubstate(case_id=case_id, substate="waiting"))
    agency.do(PublishFlow(source=LATER.decode()))
    before, waited = row_of(agency, case_id), waiting(agency, case_id)
    batch = moved(agency, clock, 2)
    agency.do(UndoMigration(batch_id=batch))
    ticks(agency, clock)
    kept = ("stage", "substate", "due", "paused_at", "paused_due", "paused_from", "fields", "flow_version_id", "seated")
    after = row_of(agency, case_id)
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert waiting(agency, case_id) == waited
    assert [each["state"] for each in rows(agency, case_handover, case_id=case_id)] == ["offered"]
    agency.do(AcceptHandover(case_id=case_id), agency.actor("copywriter"))
    agency.do(SetSubstate(case_id=case_id, substate="to_confirm"))
    agency.do(TakeStep(case_id=case_id, trigger="confirm"), Actor(kind="client", id=agency.client))
    batch = moved(agency, clock, 2)
    agency.do(UndoMigration(batch_id=batch))
    ticks(agency, clock)
    rounds = [each["state"] for each in rows(agency, approval, case_id=case_id)]
    assert rounds == ["ended", "ended", "open"]
    assert row_of(agency, case_id)["stage"] == "decide"
    assert rows(agency, task, case_id=case_id) == []


def waiting(agency: SmallAgency, case_id: int) -> list[tuple[str, Any]]:
    return sorted((row["key"], row["due"]) for row in rows(agency, timer, case_id=case_id, state="waiting"))
