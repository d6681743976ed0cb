"""Random publishes and moves under running cases in short, and a batch that is interrupted. `make moves` plays more."""

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import structlog
from hypothesis.errors import FlakyFailure

from core.cases.tables import case, case_event, case_migration
from core.commands.migrating import MigrateFlow, UndoMigration
from core.commands.work import PublishFlow
from tests.moves.beginnings import BEGINNINGS, Beginning
from tests.moves.faults import FAULTS, Fault, plant
from tests.moves.flows import KEY, Version
from tests.moves.judge import Judge
from tests.moves.ledgers import unfinished
from tests.moves.machine import POINTS, as_ever, play_runs
from tests.moves.world import World, Worlds, Wrong, parts_of

RUNS = int(os.environ.get("BANLI_TEST_MOVES", "6"))
PLANTED = bool(os.environ.get("BANLI_TEST_PLANTED"))  # all faults: `make moves PLANTED=1`
MOST_RUNS = 20  # within which each planted fault is found


@pytest.fixture(scope="module")
def worlds() -> Iterator[Worlds]:
    if PLANTED:  # what a product with faults logs is not what is looked for
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with Worlds() as prepared:
        yield prepared


@pytest.mark.timeout(600)  # the machine may be busy
def test_every_case_stays_legal_whatever_is_published_and_moved(worlds: Worlds) -> None:
    """A few runs may leave one of the acts out that are to be judged: then as many more are played."""
    seen, wanted = Counter[str](), ("publish done", "move done", "case moved as shown", "to-do lists compared")
    for seed in range(2, 6):
        seen += play_runs(worlds, RUNS, seed=seed)
        if all(seen[name] for name in wanted):
            break
    assert seen["runs"] >= RUNS
    assert [name for name in (*wanted, "document sent") if not seen[name]] == [], seen


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS if PLANTED else FAULTS[:2], ids=lambda fault: fault.__name__)
def test_a_product_with_this_fault_is_found_out(worlds: Worlds, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids of rows differ from run to run, so a run that is played again need not find it in the same step."""
    plant(fault, monkeypatch)
    tally, begin = Counter[str](), BEGINNINGS.get(fault.__name__, as_ever)
    with pytest.raises((Wrong, FlakyFailure)):
        play_runs(worlds, MOST_RUNS, seed=4, begin=begin, tally=tally)
    print(f"{fault.__name__}: run {tally['begun'] - 1}")  # the last one was played to show what was found


if PLANTED:

    @pytest.mark.parametrize("begin", dict.fromkeys((as_ever, *BEGINNINGS.values())), ids=lambda begin: begin.__name__)
    def test_nothing_is_found_out_where_no_fault_is(worlds: Worlds, begin: Beginning) -> None:
        """Or what is found above would be no proof."""
        assert play_runs(worlds, MOST_RUNS, seed=4, begin=begin)["runs"] >= MOST_RUNS


def renamed(first: Version) -> Version:
    tree: Any = deepcopy(first.tree)
    source = Version(tree, first.who).source.replace('"collect"', '"gather"').replace('"paper"', '"proof_paper"')
    second = Version(json.loads(source), deepcopy(first.who))
    second.tree["version"] = "2"
    return second


def times(world: World, undo: bool) -> dict[int, int]:
    """How often each case went over, or back."""
    with world.host.looking() as reader:
        found = {row["id"]: 0 for row in reader.find(case)}
        for event in reader.find(case_event, type="CaseMigrated"):
            found[event["case_id"]] += event["data"]["undo"] is undo
    return found


def test_a_batch_that_is_interrupted_anywhere_moves_every_case_once(worlds: Worlds) -> None:
    """The process dies at each point in turn, in the middle of a batch and of its undoing, and another goes on."""
    with worlds.opened() as world:
        second = renamed(world.latest)
        assert world.do("publish", "", PublishFlow(source=second.source))[0]
        world.versions[2] = second
        world.open_case(0)  # on the target from the start: never moved
        judge, deaths = Judge(world), 0
        old = [case_id for case_id, number in world.born.items() if number == 1]
        for turn, point in enumerate([each for each in POINTS for _ in range(2)], 1):
            parts_of(2)
            declared = {"stages": {"collect": "gather"}, "items": {"paper": "proof_paper"}}
            deaths += interrupted(world, point, turn, MigrateFlow(flow=KEY, to=2, **declared))  # type: ignore[arg-type]
            judge.check()
            assert times(world, undo=False) == {each: turn * (each in old) for each in world.born}, point
            with world.host.looking() as reader:
                batch = reader.find(case_migration, order=case_migration.c.id)[-1]["batch_id"]
            deaths += interrupted(world, point, turn, UndoMigration(batch_id=batch))
            judge.check()
            assert times(world, undo=True) == {each: turn * (each in old) for each in world.born}, point
        assert deaths > len(POINTS)


def interrupted(world: World, point: str, nth: int, command: Any) -> int:
    """How often it died over it; at the end nothing waits."""
    before = len(world.died)
    world.host.death.arm(point, 2 + nth % 5)
    assert world.do("batch", "", command)[0] is not False, world.host.refusal
    for _ in range(6):
        world.pass_time(timedelta(seconds=1))
    world.host.death.arm("", 0)
    with world.host.looking() as reader:
        assert unfinished(reader) == []
    return len(world.died) - before
