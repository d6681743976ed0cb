"""The benchmark of growth runs from end to end with tiny houses; its check finds one that could not have been."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from benchmarks.growth.check import Unsound, check
from benchmarks.growth.life import live
from benchmarks.growth.load import load, vault_of
from benchmarks.growth.measure import ACTS, CLAIM, measure
from benchmarks.growth.opened import Opened
from benchmarks.growth.table import Grown, Sized, page
from benchmarks.growth.template import templates
from core.kit.db import writer_engine

SMALL, LARGE = 30, 60


def test_houses_are_loaded_checked_and_measured(tmp_path: Path) -> None:
    life = live(f"sqlite:///{tmp_path}/life.db", tmp_path, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    house = templates(life, vault_of(life))
    houses = []
    for cases in (SMALL, LARGE):
        loaded = load(life, house, f"sqlite:///{tmp_path}/{cases}.db", cases, seed=1)
        houses.append(Opened(loaded, tmp_path))
        assert check(houses[-1].banli, loaded, seed=1) > cases

    found = measure(houses, 1)
    told = page([Grown("sqlite", [Sized(LARGE, 1.0, 1.0, 1.0, 1)], found)], "")
    for what in (*ACTS, CLAIM):
        assert f"| SQLite | {what} | {LARGE} |" in told

    broken = houses[0]
    engine = writer_engine(broken.loaded.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE client_case SET version = version + 1 WHERE number LIKE '%-0001'"))
    engine.dispose()
    with pytest.raises(Unsound, match="number of its last event"):
        check(broken.banli, broken.loaded, seed=1)
    for each in houses:
        each.close()
