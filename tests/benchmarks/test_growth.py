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
from core.cases.tables import case
from core.engine.access import Actor
from core.kit.db import writer_engine
from core.staff.policy import DEFAULT
from core.views import overdue
from core.wiring.subjects import of_case

SMALL, LARGE = 30, 60
FRIDAY = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)  # and days before it on which limits pass


def test_houses_are_loaded_checked_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    life = live(f"sqlite:///{tmp_path}/life.db", tmp_path, FRIDAY, days=6)
    house = templates(life, vault_of(life))
    houses = []
    for cases in (SMALL, LARGE):
        loaded = load(life, house, f"sqlite:///{tmp_path}/{cases}.db", cases, seed=1)
        houses.append(Opened(loaded, tmp_path))
        assert check(houses[-1].banli, loaded, seed=1) > cases

    overdue_is_found_in_pages(houses[1], monkeypatch)

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


def overdue_is_found_in_pages(house: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest overdue first, of a member only his own, whatever a page holds."""
    monkeypatch.setattr(overdue, "CHUNK", 3)
    now = house.clock.now()
    with house.banli.reading.open() as reader:
        late = [row for row in reader.find(case, state="open") if row["due"] is not None and row["due"] <= now]
        assert len(late) > overdue.CHUNK
        for staff_id, roles in ((0, {"admin"}), (house.loaded.seats[0].member, {"service"})):
            actor = Actor("staff", staff_id, roles=frozenset(roles))
            his = [row["due"] for row in late if roles == {"admin"} or staff_id in row["team"].values()]
            found = overdue.overdue_cases(reader, actor, DEFAULT, of_case, now, LARGE)
            assert [row["due"] for row in found] == sorted(his)
            assert len({row["id"] for row in found}) == len(found)
