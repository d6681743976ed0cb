"""Health pages: each thing that may be wrong makes the house not ready, and is named."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.watch.beats import BEAT_LIMIT, LOOPS
from bot.watch.health import Health
from core.channel.inbound import Update
from core.channel.port import DeliveryFailed
from core.kit.bell import BEAT_SECONDS, Bell, keep_working
from core.kit.chain import newest
from core.kit.db import writer_engine
from core.ledger import inbox, processes
from core.ledger.processes import Me
from tests.house import TestHouse, open_house

RUN = Me("run", "1")


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        yield opened


@pytest.fixture
def bell() -> Bell:
    ringing = Bell()
    ringing.beat()
    return ringing


@pytest.fixture
def health(house: TestHouse, bell: Bell) -> Health:
    """Of a house whose work is done by this process."""
    beats(house)
    return health_of(house, bell)


def beats(house: TestHouse, me: Me = RUN) -> None:
    ages = {} if me.kind == "web" else dict.fromkeys(LOOPS, 0.0)
    house.banli.store.run(lambda uow: processes.beat(uow, me, ages))


def health_of(house: TestHouse, bell: Bell) -> Health:
    return Health(house.banli.store, house.banli.reading, house.clock, {"receiver": bell, "sweeper": bell})


def wrong(health: Health) -> dict[str, Any]:
    return {name: check for name, check in health.checks().items() if not check["ok"]}


def test_a_house_that_can_work_is_ready(health: Health) -> None:
    assert wrong(health) == {}
    assert set(health.checks()) == {"database", "migrations", "queues", "writer", "loops", "workers"}


def test_tables_of_another_version_are_named(house: TestHouse, health: Health, database: str) -> None:
    engine = writer_engine(database)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    found = wrong(health)["migrations"]
    assert (found["found"], found["wanted"], "banli migrate" in found["remedy"]) == ("0001", newest(), True)


def test_a_loop_without_a_sign_of_life_is_named(health: Health, bell: Bell) -> None:
    assert bell.beaten is not None
    bell.beaten -= BEAT_LIMIT + 5
    late = wrong(health)["loops"]["late"]
    assert list(late) == ["receiver"]  # the sweeper's round may take longer
    assert late["receiver"] > BEAT_LIMIT


def test_an_update_that_nobody_takes_is_named(house: TestHouse, health: Health) -> None:
    update = Update(channel="loopback", account="test", platform_id="x", conversation="loopback:test:x", raw=b"{}")
    house.banli.store.run(lambda uow: inbox.append(uow, update))
    house.clock.advance(timedelta(minutes=4))
    beats(house)
    assert wrong(health) == {}
    house.clock.advance(timedelta(minutes=2))
    beats(house)
    assert wrong(health)["queues"]["late"] == ["inbox"]
    house.rest()
    assert wrong(health) == {}


def test_a_platform_that_is_down_does_not_make_us_unready(house: TestHouse, health: Health) -> None:
    """What waits behind it is tried again when its pause ends; the senders do what they can."""
    client = house.client()
    house.channel.failures = [DeliveryFailed("down")] * 100
    client.says("你好").says("在吗").says("喂")
    for _ in range(10):
        house.move_to(house.clock.now() + timedelta(minutes=3))
        beats(house)
        assert wrong(health) == {}


def test_a_database_that_does_not_answer_is_named(house: TestHouse, bell: Bell) -> None:
    class Down:
        def open(self) -> None:
            raise ConnectionError

    health = Health(house.banli.store, Down(), house.clock, {"receiver": bell})  # type: ignore[arg-type]  # a fake
    assert set(wrong(health)) == {"database", "migrations", "queues", "workers"}


def test_the_pages_say_it_over_http(house: TestHouse, health: Health, bell: Bell) -> None:
    with TestClient(Starlette(routes=health.routes())) as http:
        assert http.get("/livez").json() == {"status": "ok"}
        assert http.get("/version").json()["migration"] == newest()
        ready = http.get("/readyz")
        assert (ready.status_code, ready.json()["wrong"], ready.headers["cache-control"]) == (200, [], "no-store")
        bell.beaten = 0.0
        ready = http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
        assert ready.json()["wrong"] == ["loops"]


def test_a_loop_beats_while_it_waits_and_not_while_it_hangs(bell: Bell) -> None:
    """A loop that looks once an hour is alive all the same; one whose round hangs is not."""

    async def play() -> None:
        hangs = asyncio.Event()
        beats: list[float | None] = []

        async def round_of_work() -> int:
            beats.append(bell.beaten)
            if len(beats) == 1:
                bell.beaten = None
                return 0
            bell.beaten = None
            await hangs.wait()
            return 0

        working = asyncio.create_task(keep_working(bell, round_of_work, 3600.0, "sweeper"))
        while not beats or bell.beaten is None:
            await asyncio.sleep(0)
        bell.ring()
        while len(beats) < 2:
            await asyncio.sleep(0)
        assert beats[1] is not None
        hung.append(bell.beaten)
        working.cancel()

    hung: list[float | None] = []
    asyncio.run(play())
    assert hung == [None]  # nothing beats for a loop whose round hangs
    assert BEAT_SECONDS < BEAT_LIMIT
