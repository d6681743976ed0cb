"""The audit chain: whatever is done to a sealed row is found and named, and what is not sealed yet is counted."""

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from core.engine.access import Actor
from core.kit.db import writer_engine
from core.kit.ids import new_id
from core.ledger import audit as ledger
from core.ledger import chain
from core.ledger.chain import Anchor, Verdict
from core.ledger.tables import audit
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork
from tests.core.stores import NOON, open_store, reading

KEY = secrets.token_bytes(32)
ROWS = 12


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened


def note(uow: UnitOfWork) -> None:
    ledger.note(uow, Actor(kind="staff", id=7), "chat", "ReviewDocument", correlation=new_id(), case_id=3)


def sealed(store: Store, rows: int = ROWS) -> Anchor:
    for _ in range(rows):
        store.run(note)
    end: Anchor = store.run(lambda uow: chain.seal(uow, KEY))
    return end


def verdict(url: str, *anchors: Anchor, keys: tuple[bytes, ...] = (KEY,)) -> Verdict:
    with reading(url) as opened, opened.open() as reader:
        return chain.verify(reader, keys, anchors)


def tamper(url: str, how: Callable[[Connection], object]) -> None:
    engine = writer_engine(url)
    with engine.begin() as connection:
        how(connection)
    engine.dispose()


def faults(found: Verdict) -> list[tuple[int, str]]:
    return [(fault.chain, fault.what) for fault in found.faults]


def test_what_nobody_touched_is_whole(database: str, store: Store) -> None:
    first = sealed(store)
    last = sealed(store)
    store.run(note)

    found = verdict(database, first, last)

    assert (found.sound, found.sealed, found.anchors) == (True, 2 * ROWS, 2)
    assert (found.unsealed, found.oldest_unsealed) == (1, NOON)


def test_long_chains_are_read_in_steps(database: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "BATCH", 5)
    for _ in range(12):
        store.run(note)
    while store.run(lambda uow: chain.seal(uow, KEY)) is not None:
        pass

    found = verdict(database)

    assert (found.sound, found.sealed, found.unsealed) == (True, 12, 0)


@pytest.mark.parametrize(
    "values",
    [
        {"actor_id": 8},
        {"behalf_id": 8},
        {"actor_kind": "client"},
        {"door": "api"},
        {"command": "WaiveItem"},
        {"subject": "case:4"},
        {"case_id": None},
        {"outcome": "refused"},
        {"code": "stale"},
        {"correlation": 1},
        {"at": NOON + timedelta(microseconds=1)},
        {"mac": "0" * 64},
        {"mac": None},
        {"mac": "é"},
    ],
)
def test_a_changed_column_is_found(database: str, store: Store, values: dict[str, object]) -> None:
    sealed(store)
    tamper(database, lambda c: c.execute(update(audit).where(audit.c.chain == 5).values(values)))

    assert (5, "changed") in faults(verdict(database))


def test_a_removed_row_is_found(database: str, store: Store) -> None:
    sealed(store)
    tamper(database, lambda c: c.execute(delete(audit).where(audit.c.chain == 5)))

    assert faults(verdict(database)) == [(5, "missing"), (6, "changed")]


def test_a_row_slipped_in_is_found(database: str, store: Store) -> None:
    """Even one that looks like its neighbour: whoever has no key cannot seal it."""
    sealed(store)

    def slip_in(connection: Connection) -> None:
        row = dict(connection.execute(select(audit).where(audit.c.chain == ROWS)).mappings().one())
        connection.execute(insert(audit).values({**row, "id": new_id(), "chain": ROWS + 1}))

    tamper(database, slip_in)

    assert faults(verdict(database)) == [(ROWS + 1, "changed")]


def test_two_rows_that_changed_places_are_found(database: str, store: Store) -> None:
    sealed(store)

    def swap(connection: Connection) -> None:
        for old, new in ((4, 1000), (5, 4), (1000, 5)):
            connection.execute(update(audit).where(audit.c.chain == old).values(chain=new))

    tamper(database, swap)

    assert {4, 5} <= {fault.chain for fault in verdict(database).faults}


def test_a_tail_that_was_cut_off_is_found_by_an_anchor_alone(database: str, store: Store) -> None:
    end = sealed(store)
    tamper(database, lambda c: c.execute(delete(audit).where(audit.c.chain > ROWS - 3)))

    assert verdict(database).sound
    assert faults(verdict(database, end)) == [(ROWS, "cut off")]


def test_a_chain_that_was_sealed_anew_is_not_the_anchored_one(database: str, store: Store) -> None:
    """Somebody who has the key, or a backup of another day, still cannot change what was anchored."""
    end = sealed(store)
    tamper(database, lambda c: c.execute(update(audit).values(actor_id=8, chain=None, mac=None)))
    store.run(lambda uow: chain.seal(uow, KEY))

    assert verdict(database).sound
    assert verdict(database, end).faults[0].what == "not the anchored one"


def test_rows_of_an_older_key_stay_whole_after_a_rotation(database: str, store: Store) -> None:
    sealed(store)
    new_key = secrets.token_bytes(32)
    store.run(note)
    store.run(lambda uow: chain.seal(uow, new_key))

    assert verdict(database, keys=(new_key, KEY)).sound
    assert not verdict(database, keys=(new_key,)).sound


def test_two_sealers_make_one_chain(database: str, store: Store) -> None:
    with open_store(database) as other:
        for _ in range(10):
            writers = [each.submit(Unit(note)) for each in (store, other) for _ in range(10)]
            sealers = [
                each.submit(Unit(lambda uow: chain.seal(uow, KEY), frozenset({chain.LOCK}))) for each in (store, other)
            ]
            for future in (*writers, *sealers):
                future.result(timeout=30)
        store.run(lambda uow: chain.seal(uow, KEY))
    found = verdict(database)
    assert (found.sound, found.sealed, found.unsealed) == (True, 200, 0)


def test_a_verification_stops_after_many_faults(database: str, store: Store) -> None:
    sealed(store, 150)
    tamper(database, lambda c: c.execute(update(audit).values(door="api")))

    assert len(verdict(database).faults) == chain.MOST_FAULTS


@example(["a", "b+c"], ["a+b", "c"])
@given(st.lists(st.text(max_size=8), min_size=2, max_size=2), st.lists(st.text(max_size=8), min_size=2, max_size=2))
def test_no_two_rows_look_alike_to_the_seal(one: list[str], other: list[str]) -> None:
    """Every part goes in with its length: letters cannot wander from one column into the next."""
    row = dict.fromkeys(("id", "at", "actor_kind", "actor_id", "door", "case_id", "outcome", "code", "correlation"), 1)
    seals = [chain.seal_of(KEY, "0", {**row, "chain": 1, "command": a, "subject": b}) for a, b in (one, other)]
    assert (seals[0] == seals[1]) == (one == other)


def test_none_is_not_the_word_none() -> None:
    row = dict.fromkeys(chain._SEALED, None)
    assert chain.seal_of(KEY, "0", row) != chain.seal_of(KEY, "0", {**row, "code": "None"})
