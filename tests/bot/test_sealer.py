"""The sealer: it seals what waits, and leaves the chain's end outside the database once an hour."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sealer import Sealer, read_anchors
from core.engine.access import Actor
from core.kit.clock import ManualClock
from core.kit.crypto import Vault, generate_key, parse_keys
from core.kit.ids import new_id
from core.ledger import audit, chain
from core.store.store import Store
from tests.core.stores import open_store, reading

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def vault() -> Vault:
    ring = parse_keys(generate_key())
    return Vault(ring, next(iter(ring)))


def note(store: Store) -> None:
    store.run(lambda uow: audit.note(uow, Actor(kind="staff", id=7), "api", "OpenCase", correlation=new_id()))


def test_an_anchor_an_hour(database: str, tmp_path: Path) -> None:
    clock, keys, anchors = ManualClock(NOON), vault(), tmp_path / "elsewhere" / "anchors.jsonl"
    with open_store(database, clock) as store:
        sealer = Sealer(store, keys, clock, anchors)
        for passed in (timedelta(0), timedelta(minutes=30), timedelta(minutes=31)):
            clock.advance(passed)
            note(store)
            assert asyncio.run(sealer.work_once()) == 1
        assert asyncio.run(sealer.work_once()) == 0

    kept = read_anchors(anchors)
    with reading(database) as opened, opened.open() as reader:
        found = chain.verify(reader, [keys.derive(chain.PURPOSE)], kept)
    assert [anchor.chain for anchor in kept] == [1, 3]
    assert (found.sound, found.sealed, found.anchors) == (True, 3, 2)


def test_without_a_file_there_are_no_anchors(tmp_path: Path) -> None:
    assert read_anchors(tmp_path / "none") == []


@pytest.mark.parametrize("line", ["", "{}", '{"chain": "x", "mac": ""}', "[1]"])
def test_a_line_that_is_no_anchor_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "anchors.jsonl"
    path.write_text('{"chain": 1, "mac": "ab"}\n' + line + "\n")
    with pytest.raises(ValueError, match="line 2"):
        read_anchors(path)
