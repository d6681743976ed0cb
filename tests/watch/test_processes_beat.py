"""Processes see each other live: who does the work, who fell silent, which versions run, on whatever clock."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from adapters.loopback.channel import LoopbackChannel
from bot.watch.beats import BEAT_LIMIT, LOOPS, WORKING
from bot.watch.health import Health
from bot.watch.pulse import Pulse
from bot.web import web
from core.channel.port import Line
from core.kit.db import writer_engine
from core.ledger import processes
from core.ledger.processes import KEPT, Me
from core.ledger.tables import process
from tests.house import TestHouse, open_house

WEB, WORKER, NEWER = Me("web", "1"), Me("worker", "1"), Me("worker", "2")
ALL = dict.fromkeys(LOOPS, 0.0)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        yield opened


def beats(house: TestHouse, me: Me, loops: Mapping[str, float] = ALL) -> None:
    house.banli.store.run(partial(processes.beat, me=me, loops=loops))


def silent(database: str, me: Me, seconds: float) -> None:
    """As if its last beat had been so long ago."""
    engine = writer_engine(database)
    with engine.begin() as connection:
        moment = connection.execute(select(process.c.beaten_at).where(process.c.id == me.id)).scalar_one()
        moment -= timedelta(seconds=seconds)
        connection.execute(update(process).where(process.c.id == me.id).values(beaten_at=moment))
    engine.dispose()


def workers(house: TestHouse) -> dict[str, Any]:
    """What the page of a process without loops says of them."""
    found: dict[str, Any] = Health(house.banli.store, house.banli.reading, house.clock, {}).checks()["workers"]
    return found


def test_doors_without_anybody_who_works_are_not_ready(house: TestHouse) -> None:
    beats(house, WEB, {})
    told = workers(house)
    assert (told["ok"], told["missing"], told["limit_seconds"]) == (False, list(WORKING), BEAT_LIMIT)
    assert "banli worker" in told["remedy"]


def test_a_worker_elsewhere_makes_them_ready_until_it_falls_silent(house: TestHouse, database: str) -> None:
    beats(house, WEB, {})
    beats(house, WORKER)
    told = workers(house)
    assert told["ok"]
    assert {each["kind"] for each in told["processes"]} == {"web", "worker"}
    silent(database, WORKER, BEAT_LIMIT + 1)
    assert not workers(house)["ok"]
    beats(house, WORKER)
    assert workers(house)["ok"]


def test_a_worker_whose_loop_hangs_does_not_count_and_the_loop_is_named(house: TestHouse, database: str) -> None:
    beats(house, WORKER, {**ALL, "receiver": BEAT_LIMIT - 5, "sweeper": 600.0})
    assert workers(house)["ok"]
    silent(database, WORKER, 10)  # what it told is older by now
    assert workers(house)["missing"] == ["receiver"]


def test_halves_of_two_workers_are_no_whole_one(house: TestHouse) -> None:
    """An older version knows fewer loops: what it does not run is named, and one that runs all is enough."""
    beats(house, WORKER, {name: 0.0 for name in LOOPS if name != "reconciler"})
    assert workers(house)["missing"] == ["reconciler"]
    beats(house, WORKER, {name: 0.0 for name in LOOPS if name != "lookout"})
    assert workers(house)["ok"], "it only tells people: an older worker beside a newer door is no trouble"
    beats(house, NEWER)
    told = workers(house)
    assert told["ok"]
    assert sorted(each["version"] for each in told["processes"]) == ["1", "2"]


def test_a_process_that_ends_takes_its_row_along_and_one_that_dies_is_swept(house: TestHouse, database: str) -> None:
    banli = house.banli
    pulse = Pulse(banli.store, WORKER, lambda: ALL)
    asyncio.run(beat_twice(pulse))
    with banli.reading.open() as reader:
        [found] = processes.running(reader, house.clock.now())
    assert (found.kind, found.pid, set(found.loops)) == ("worker", WORKER.pid, set(LOOPS))
    beats(house, NEWER)
    pulse.leave()
    silent(database, NEWER, KEPT.total_seconds() - 60)
    asyncio.run(house.banli.sweeper.work_once())
    assert rows(house) == [NEWER.id]
    silent(database, NEWER, 120)
    asyncio.run(house.banli.sweeper.work_once())
    assert rows(house) == []


class Knocking(LoopbackChannel):
    """A channel whose connection comes up and stays."""

    async def connect(self, line: Line) -> None:
        line.alive()
        await asyncio.Event().wait()


def test_a_process_tells_how_its_connections_are_and_does_nobodys_work(house: TestHouse) -> None:
    banli = house.banli
    banli.add(Knocking(account="knocking"))
    banli.connector._grace = 0.0  # nobody else had the lock
    telling = replace(banli, me=Me("connect", "1")).watching("connector").pulse

    async def tell() -> None:
        await banli.connector.work_once()
        await telling.work_once()
        banli.connector._locks.let_go()

    asyncio.run(tell())
    with banli.reading.open() as reader:
        [found] = processes.running(reader, house.clock.now())
    assert (found.kind, set(found.loops)) == ("connect", {"connector", "connect:loopback:knocking"})
    assert found.loops["connect:loopback:knocking"] < found.silent + 5  # seconds; its beat came just before the note
    assert workers(house)["missing"] == list(WORKING)


async def beat_twice(pulse: Pulse) -> None:
    assert await pulse.work_once() + await pulse.work_once() == 0


def rows(house: TestHouse) -> list[int]:
    with house.banli.reading.open() as reader:
        return [row["id"] for row in reader.find(process)]


def test_machines_whose_clocks_differ_agree(house: TestHouse, database: str) -> None:
    """On PostgreSQL the server's clock is the only one that is asked; a SQLite file has one machine."""
    beats(house, WORKER)
    house.clock.advance(timedelta(hours=3))
    assert workers(house)["ok"] == database.startswith("postgresql")


def test_what_serves_and_works_is_both_and_takes_leave(house: TestHouse) -> None:
    """`banli run`, and `banli web` beside nobody: over HTTP, as a balancer asks."""
    app = web(house.banli, loops=False)
    with TestClient(app) as http:
        http.post("/chat/me/api/session")
        told = http.get("/readyz")
        assert (told.status_code, told.json()["wrong"]) == (503, ["workers"])
        assert [each["kind"] for each in told.json()["checks"]["workers"]["processes"]] == ["web"]
        beats(house, WORKER)
        assert http.get("/readyz").status_code == 200
