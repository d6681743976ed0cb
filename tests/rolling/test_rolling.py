"""A rolling restart loses nothing and doubles nothing; the short form of `make roll`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.kit.db import writer_engine
from tests.rolling.__main__ import roll
from tests.rolling.house import House, judged, speaking


@pytest.fixture
def house(postgres_url: str, redis_url: str, tmp_path: Path) -> Iterator[House]:
    opened = House(postgres_url, redis_url, tmp_path)
    yield opened
    opened.ends()


def test_every_process_is_restarted_and_no_message_is_lost_or_answered_twice(house: House) -> None:
    figures = roll(house, rounds=1, clients=3)
    assert figures["restarts"] == 4


def test_a_lost_and_a_doubled_answer_are_seen(house: House) -> None:
    house.opens("web")
    house.opens("worker")
    with speaking(house.ports, 1) as guests:
        while len(guests[0].taken) < 4:
            guests[0].join(0.1)
    assert judged(house.database, guests).well
    rows = (
        "(SELECT o.id FROM outbox o JOIN inbox i ON i.id = o.cause WHERE i.platform_id LIKE '%guest0-%' "
        "ORDER BY i.id, o.id LIMIT 1)"
    )
    for harm, found in (
        (f"UPDATE outbox SET state = 'dead' WHERE id = {rows}", (1, 0)),
        (f"UPDATE outbox SET state = 'sent' WHERE id = {rows}", (0, 0)),
        (f"UPDATE outbox SET cause = (SELECT cause FROM outbox WHERE id = {rows}) "
         f"WHERE id = (SELECT max(id) FROM outbox)", (2, 1)),
    ):  # fmt: skip
        engine = writer_engine(house.database)
        with engine.begin() as connection:
            connection.execute(text(harm))
        engine.dispose()
        seen = judged(house.database, guests)
        assert (seen.lost, seen.double) == found
