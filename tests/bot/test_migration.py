"""Running cases go over to another version of their flow by a declared map, and back: nothing that was sent is lost,
the client hears of it only when he is to send other things, and every case that cannot go says why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.cards.case_cards import latest
from bot.cards.context import CardContext
from core.bus.deed import SYSTEM, Cause
from core.cases.migration_check import check_map
from core.cases.tables import case, case_event, case_migration, document_version, item, stage_span
from core.commands.cases import AdvanceCase, OpenCase, SetSubstate
from core.commands.command import Command
from core.commands.contracts import Traveller
from core.commands.documents import ReviewDocument, WaiveItem
from core.commands.migrating import MigrateCases, MigrateFlow, UndoMigration
from core.commands.work import PublishFlow
from core.engine.flow_map import FlowMap
from core.kit.errors import Invalid, NotPossibleNow
from core.kit.ids import new_id
from core.ledger.tables import timer
from core.staff.service import actor_of
from core.store.sealing import Row
from core.views.migration import Previewed, preview
from tests.bot.chat import paper
from tests.core.small_agency import FLOW
from tests.house import TestHouse, fresh_house
from tests.services.databases import Databases

NOTE = """  - key: note
    name: {zh-CN: 备注, en: Note}
    type: text

stages:"""
FIRST = FLOW.read_text(encoding="utf-8").replace("\nstages:", NOTE, 1)
RENAMED = [
    ("version: 1", "version: 2"),
    ("key: collect", "key: gather"),
    ("from: [collect]", "from: [gather]"),
    ("to: collect", "to: gather"),
    ("value: collect", "value: gather"),
    ("name: {zh-CN: 材料收集, en: Documents}", "name: {zh-CN: 收集中, en: Gathering}"),
    ("key: paper\n    name: {zh-CN: 证明, en: Paper}", "key: proof_paper\n    name: {zh-CN: 证明, en: Paper}"),
    ("due: 5d", "due: 7d"),
    ("offset: -1cd", "offset: -2cd"),
]
EXTRA = """  - key: photo
    name: {zh-CN: 照片, en: Photo}
    requirement: {zh-CN: 任意文件, en: Any file}
    per: case

groups:"""
MAP: dict[str, Any] = {"stages": {"collect": "gather"}, "items": {"paper": "proof_paper"}}


def changed(source: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


@pytest.fixture
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHouse]:
    with fresh_house("sqlite", databases, tmp_path_factory) as there:
        there.agency()
        there.do(PublishFlow(source=FIRST))
        yield there


def begun(house: TestHouse, client: str = "张三", **fields: Any) -> int:
    if client not in house.people:
        house.client(client, phone=f"139{len(house.people):08}")
    opened = OpenCase(
        client_id=house.people[client].id,
        flow="small_matter",
        travellers=(Traveller(name=client, kind="grown_up"),),
        team=house.team,
        fields=fields,
    )
    return int(house.do(opened))


def migrated(house: TestHouse, to: int = 2, **declared: Any) -> int:
    batch = int(house.do(MigrateFlow(flow="small_matter", to=to, **(declared or MAP))))
    house.move_to(house.clock.now() + timedelta(seconds=2))
    return batch


def undone(house: TestHouse, batch: int) -> None:
    house.do(UndoMigration(batch_id=batch))
    house.move_to(house.clock.now() + timedelta(seconds=2))


def row_of(house: TestHouse, case_id: int) -> Row:
    with house.looking() as reader:
        found = reader.peek(case, case_id)
    assert found is not None
    return found


def items(house: TestHouse, case_id: int, **equal: Any) -> dict[str, Row]:
    with house.looking() as reader:
        return {row["key"]: row for row in reader.find(item, case_id=case_id, **equal)}


def whys(house: TestHouse, batch: int) -> dict[int, tuple[str, str]]:
    with house.looking() as reader:
        rows = reader.find(case_migration, batch_id=batch)
    return {row["case_id"]: (row["state"], "" if row["why"] is None else row["why"]["en"]) for row in rows}


def planned(house: TestHouse, case_id: int) -> dict[str, Any]:
    with house.looking() as reader:
        rows = reader.find(timer, timer.c.key.startswith(f"rule:{case_id}:"), state="waiting")
    return {row["key"].split(":")[2]: row["due"] for row in rows}


def test_a_case_goes_over_and_back_and_nothing_is_lost(house: TestHouse) -> None:
    case_id, client = begun(house), house.people["张三"]
    client.sends("证明.pdf", paper("a"), "证明")
    before, was, timers = row_of(house, case_id), items(house, case_id), planned(house, case_id)
    assert was["paper"]["status"] == "submitted"
    house.do(PublishFlow(source=changed(FIRST, *RENAMED)))
    client.new()
    for each in house.people.values():
        each.new()
    batch = migrated(house)

    after = row_of(house, case_id)
    assert (after["stage"], after["entered_at"]) == ("gather", before["entered_at"])
    assert after["due"] > before["due"]
    assert client.new() == []  # what he is to send is the same
    there = items(house, case_id, dropped=False)
    assert there["proof_paper"]["id"] == was["paper"]["id"]
    assert set(planned(house, case_id)) == {"remind"}
    assert planned(house, case_id)["remind"] > timers["remind"]
    with house.looking() as reader:
        [span] = reader.find(stage_span, case_id=case_id)
        [version] = reader.find(document_version, case_id=case_id)
        [event] = reader.find(case_event, case_id=case_id, type="CaseMigrated")
    assert (span["stage"], span["entered"], span["left"]) == ("gather", before["entered_at"], None)
    assert (event["data"]["stage_before"], event["data"]["stage_after"]) == ("collect", "gather")
    assert house.people["文案乙"].new() == []  # the card was drawn anew where it is
    house.people["复核丙"].presses("通过")  # the card in flight decides as before
    assert items(house, case_id)["proof_paper"]["status"] == "approved"

    undone(house, batch)  # something was decided since
    [(state, why)] = whys(house, batch).values()
    assert (state, why) == ("kept", "since it went over something was sent or decided for a document")
    assert row_of(house, case_id)["stage"] in ("gather", "prepare")
    assert version["status"] == "submitted"


def test_back_to_what_it_was(house: TestHouse) -> None:
    case_id, client = begun(house, travels_far=True), house.people["张三"]
    client.sends("票.pdf", paper("t"), "票")
    before, was = row_of(house, case_id), items(house, case_id)
    timers = planned(house, case_id)
    dropped = changed(FIRST, *RENAMED, ("\ngroups:", "\n" + EXTRA), ("key: ticket", "key: fare"))
    house.do(PublishFlow(source=dropped))
    client.new()
    [shown] = previewed(house)
    batch = migrated(house)

    now = items(house, case_id)
    assert shown.move is not None
    assert shown.move.todo_changed
    assert (shown.move.keys("dropped"), shown.move.keys("renamed")) == (("ticket",), ("proof_paper",))
    assert shown.move.keys("added") == ("fare", "photo")
    assert (shown.move.after["stage"], shown.move.after["due"]) == ("gather", row_of(house, case_id)["due"])
    assert (shown.rules_before, shown.rules_after) == (("remind",), ("remind",))
    assert now["ticket"]["dropped"]
    assert now["ticket"]["versions"] == 1
    assert (now["fare"]["required"], now["photo"]["required"]) == (True, True)
    [told] = client.new()
    assert "清单有变动" in told
    assert "照片" in told
    reviewer = house.people["复核丙"]
    with house.looking() as reader:
        [version] = reader.find(document_version, case_id=case_id)
    assert version["status"] == "dropped"
    with pytest.raises(NotPossibleNow) as refused:
        house.do(ReviewDocument(version_id=version["id"], decision="approved"))
    assert refused.value.params["reason"] == "item_dropped"
    assert reviewer.messages[-1].message.card.buttons == ()
    client.says("清单").says("进度")
    assert "照片" in client.words[-2]

    undone(house, batch)
    after = row_of(house, case_id)
    for name in ("stage", "substate", "due", "entered_at", "fields", "flow_version_id"):
        assert after[name] == before[name], name
    again = items(house, case_id, dropped=False)
    assert {key: row["id"] for key, row in again.items()} == {key: row["id"] for key, row in was.items()}
    assert {key: row["required"] for key, row in again.items()} == {key: row["required"] for key, row in was.items()}
    assert planned(house, case_id) == timers
    assert whys(house, batch) == {case_id: ("undone", "")}
    reviewer.presses("通过")
    assert items(house, case_id, dropped=False)["ticket"]["status"] == "approved"
    with pytest.raises(NotPossibleNow):
        house.do(UndoMigration(batch_id=batch))
    lines = told_of(house, case_id)
    assert any("迁移到版本 2" in line for line in lines)
    assert any("迁移到版本 1" in line for line in lines)


def previewed(house: TestHouse) -> list[Previewed]:
    banli, declared = house.banli, FlowMap.model_validate(MAP)
    with house.looking() as reader:
        checked = check_map(reader, banli.catalogue, "small_matter", 2, (), declared)
        return preview(reader, banli.bus.wiring, checked, declared, house.clock.now(), after=0, limit=10)


def told_of(house: TestHouse, case_id: int) -> list[str]:
    """The timeline in words, of events under every version."""
    banli = house.banli
    who = banli.store.run(lambda uow: actor_of(uow, house.people["复核丙"].id))
    assert who is not None
    with house.looking() as reader:
        ctx = CardContext(banli.house, reader, who, "zh-CN", {"case": case_id}, {}, (), house.clock.now())
        return latest(ctx, 100)


def test_a_map_that_does_not_cover_is_refused_whole(house: TestHouse) -> None:
    begun(house)
    begun(house, "李四")
    house.do(PublishFlow(source=changed(FIRST, *RENAMED, ("type: text", "type: date"))))
    wrong: dict[str, Any] = {
        "stages": {"prepare": "done", "nowhere": "prepare"},
        "items": {"paper": "nothing", "bank": "salary", "ticket": "consent"},
        "versions": (1, 7, 2),
    }
    with pytest.raises(Invalid) as refused:
        house.do(MigrateFlow(flow="small_matter", to=2, **wrong))
    found = {(each.pointer, each.code) for each in refused.value.problems}
    assert found == {
        ("/versions/1", "map.version"),
        ("/versions/2", "map.target"),
        ("/stages/nowhere", "map.unknown_old"),
        ("/stages/collect", "map.uncovered"),
        ("/stages/prepare", "map.final"),
        ("/items/paper", "map.unknown_new"),
        ("/items/salary", "map.twice"),
        ("/items/ticket", "map.per"),
        ("/items/consent", "map.twice"),
        ("/fields/note", "map.type"),
    }
    [uncovered] = [each for each in refused.value.problems if each.code == "map.uncovered"]
    assert "2" in uncovered.message["en"]
    assert "2" in uncovered.message["zh-CN"]


def test_each_case_for_itself(house: TestHouse) -> None:
    """One took a step to where the map does not reach after it was asked, one was closed; the third goes."""
    stays, ends, goes = begun(house), begun(house, "李四"), begun(house, "王五")
    written = [("key: prepare\n", "key: write\n"), ("to: prepare", "to: write"), ("from: [prepare]", "from: [write]")]
    house.do(PublishFlow(source=changed(FIRST, *RENAMED, *written)))
    batch = now(house, MigrateFlow(flow="small_matter", to=2, **MAP))
    with pytest.raises(NotPossibleNow):
        now(house, MigrateFlow(flow="small_matter", to=2, **MAP))
    now(house, MigrateCases(batch_id=batch))
    for each in (stays, ends):
        now(house, WaiveItem(item_id=items(house, each)["paper"]["id"], reason="不需要"), "复核丙")
    now(house, SetSubstate(case_id=ends, substate="half"), "顾问甲")
    now(house, AdvanceCase(case_id=ends, trigger="close"), "顾问甲")
    house.move_to(house.clock.now() + timedelta(seconds=2))
    assert whys(house, batch) == {
        stays: ("refused", 'the map does not say where stage "Preparation" (prepare) goes'),
        ends: ("refused", "the case is closed"),
        goes: ("moved", ""),
    }
    assert (row_of(house, stays)["stage"], row_of(house, goes)["stage"]) == ("prepare", "gather")


def now(house: TestHouse, command: Command, name: str = "") -> Any:
    """Carried out by somebody, and nothing else yet."""
    banli = house.banli
    who = banli.store.run(lambda uow: actor_of(uow, house.people[name].id)) if name else SYSTEM
    assert who is not None
    return banli.store.run(lambda uow: banli.bus.execute(uow, command, Cause(who, "api", new_id())))


def test_what_the_target_computes_is_worked_out_on_the_way(house: TestHouse) -> None:
    """Also where staff gave the value so far: their word counts no more, and is there again on the way back."""
    case_id = begun(house, travels_far=False, note="说过的")
    computes = "type: text\n    source: computed\n    compute: {first: [about, about]}"
    house.do(PublishFlow(source=changed(FIRST, ("version: 1", "version: 2"), ("type: text", computes))))
    batch = migrated(house, items={})
    assert row_of(house, case_id)["fields"] == {"travels_far": False, "note": "about"}
    assert list(whys(house, batch).values()) == [("moved", "")]
    undone(house, batch)
    assert row_of(house, case_id)["fields"] == {"travels_far": False, "note": "说过的"}
