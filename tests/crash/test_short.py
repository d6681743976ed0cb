"""The short form of `make crash`: 200 kills over both databases, every fail point and every scenario at least once."""

import os
from pathlib import Path

import pytest

from core.kit.fail_points import POINTS
from tests.crash.campaign import BOTH, Campaign
from tests.crash.results import Results
from tests.crash.scenarios import LONG, SCENARIOS
from tests.crash.world import DESKS
from tests.services import run_folder

KILLS = int(os.environ.get("BANLI_TEST_KILLS", "200"))


@pytest.mark.timeout(1800)  # minutes of work for two cores, and the machine may be busy
def test_two_hundred_kills_at_every_point_leave_everything_as_promised(tmp_path: Path) -> None:
    results = Results(tmp_path / "results.jsonl", seed=1)
    campaign = Campaign(results, kills=KILLS, turns=1, seed=1, databases=BOTH, desks=DESKS)
    campaign.go(run_folder.current())
    assert not campaign.broken, campaign.broken[0]
    assert not results.violated, results.violated[0]
    assert results.kills() >= KILLS
    assert {each.point for each in results.rounds if each.kills and each.point} == set(POINTS)
    assert {each.scenario for each in results.rounds} >= set(SCENARIOS) - LONG
    assert {each.database for each in results.rounds} == set(BOTH)
