"""An erasure in steps: killed after any of them the next run finishes it, and nobody waits for all of them (S24)."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import eraser
from bot.eraser import Eraser, read_tombstones
from core.clients.tables import erasure
from core.commands.data_rights import EraseClient
from core.files.tables import file
from core.wiring.belongings import belongings
from tests.house import TestHouse, open_house
from tests.security.test_erasure import close, dump, hits, lived
from tests.security.test_secrets import NAME


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        yield lived(opened)


def test_killed_after_any_step_the_next_process_finds_the_rest(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tombstone is the first thing; every run is killed after one step more, until nothing is left to be done."""
    close(house)
    monkeypatch.setattr(eraser, "STEP", 25)
    house.do(EraseClient(client_id=house.people[NAME].id))
    with house.looking() as reader:
        assert [row["state"] for row in reader.find(erasure)] == ["emptying"]
        mine = {row["handle"] for row in belongings(reader, house.people[NAME].id).of(file)}
    assert mine
    assert mine <= set(house.banli.files.handles())
    runs = 0
    while killed_after_one_step(house.banli.eraser):
        runs += 1
        assert len(read_tombstones(house.banli.settings.erased_file)) == 1
        with house.looking() as reader:
            assert [row["state"] for row in reader.find(erasure)] == ["emptying"]

    assert runs > 3
    assert hits(house) == []
    assert not mine & set(house.banli.files.handles())
    assert asyncio.run(house.banli.eraser.work_once()) == 0
    assert len(read_tombstones(house.banli.settings.erased_file)) == 1


class Killed(BaseException):
    """The process is gone at this moment."""


def killed_after_one_step(working: Eraser) -> bool:
    """Whether it was killed before it was done."""
    done, whole = 0, working._step

    def step(*args: Any, **options: Any) -> None:
        nonlocal done
        if (done := done + 1) > 1:
            raise Killed
        whole(*args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(working, "_step", step)
        try:
            working.settle()
        except Killed:
            return True
    return False


def test_a_kill_between_rows_and_files_is_made_good(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are empty, the files not yet shredded; the next process shreds them."""
    close(house)
    house.do(EraseClient(client_id=house.people[NAME].id))
    with monkeypatch.context() as patch:
        patch.setattr(house.banli.files, "delete", gone)
        with pytest.raises(Killed):
            house.banli.eraser.settle()
    with house.looking() as reader:
        [waiting] = reader.find(erasure)
    assert waiting["state"] == "shredding"
    assert set(waiting["handles"]) & set(house.banli.files.handles())

    assert asyncio.run(house.banli.eraser.work_once()) == 1

    assert not set(waiting["handles"]) & set(house.banli.files.handles())
    assert asyncio.run(house.banli.eraser.work_once()) == 0


def gone(_: str) -> bool:
    raise Killed


def test_others_are_served_between_two_steps(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while he is being erased waits for one step; and what he says meanwhile goes too."""
    close(house)
    monkeypatch.setattr(eraser, "STEP", 25)
    house.do(EraseClient(client_id=house.people[NAME].id))
    working, served, whole = house.banli.eraser, 0, house.banli.eraser._step

    def step(*args: Any, **options: Any) -> None:
        nonlocal served
        whole(*args, **options)
        if served < 3:
            served += 1
            house.people["other"].says("进度")
            house.people[NAME].says("MARKLATE")

    monkeypatch.setattr(working, "_step", step)
    working.settle()

    assert served == 3
    assert "MARKLATE" not in str(dump(house))
    assert hits(house) == []
