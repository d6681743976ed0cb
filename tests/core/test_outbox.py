"""The outbox: order per chat, one sender at a time, a lease that ends, and at most one notice per once-key."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from core.channel.inbound import Address
from core.kit.clock import ManualClock
from core.ledger import outbox
from core.ledger.tables import outbox as table
from core.store.sealing import Row
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork
from tests.core.stores import NOON, open_store, outcome, reading


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(database: str, clock: ManualClock) -> Iterator[Store]:
    with open_store(database, clock) as opened:
        yield opened


def tell(uow: UnitOfWork, chat: str, words: str, **more: Any) -> int:
    to = Address(channel="c", account="a", chat=chat)
    return outbox.append(uow, to, ("client", 1), {"kind": "say", "words": words}, **more)


def heads(database: str, clock: ManualClock) -> list[Row]:
    with reading(database) as looks, looks.open() as reader:
        return outbox.waiting(reader, clock.now(), 10)


def words(rows: list[Row]) -> list[str]:
    return [row["notice"]["words"] for row in rows]


def claim(store: Store, row: Row) -> bool:
    return bool(store.run(lambda uow: outbox.claim(uow, row)))


def test_a_chat_is_served_in_order_and_holds_back_no_other(database: str, store: Store, clock: ManualClock) -> None:
    for chat, said in (("one", "1a"), ("one", "1b"), ("two", "2a")):
        store.run(partial(tell, chat=chat, words=said))
    first, other = heads(database, clock)
    assert words([first, other]) == ["1a", "2a"]
    assert claim(store, first)
    assert words(heads(database, clock)) == ["2a"]  # 1b waits while 1a is on its way
    store.run(lambda uow: outbox.failed(uow, first["id"], 1, "no line", permanent=False, after=None))
    assert words(heads(database, clock)) == ["2a"]  # and while 1a waits for its next try
    clock.advance(outbox.BACKOFF * 2)
    again = heads(database, clock)[0]
    assert (again["id"], again["attempts"]) == (first["id"], 1)
    assert claim(store, again)
    assert store.run(lambda uow: outbox.sent(uow, first["id"], 2, "m1"))
    assert words(heads(database, clock)) == ["1b", "2a"]


def test_a_claimed_notice_is_as_it_is_now(database: str, store: Store, clock: ManualClock) -> None:
    """A card may be given other buttons between the sender's look and its claim."""
    row_id = store.run(partial(tell, chat="one", words="old"))
    found = heads(database, clock)
    store.run(lambda uow: outbox.replace(uow, found[0], {"kind": "say", "words": "new"}))
    [claimed] = store.run(lambda uow: outbox.claim_all(uow, found))
    assert (claimed["id"], claimed["attempts"], words([claimed])) == (row_id, 1, ["new"])


def test_a_notice_that_cannot_be_delivered_is_parked_and_lets_the_next_one_go(
    database: str, store: Store, clock: ManualClock
) -> None:
    ids = [store.run(partial(tell, chat="one", words=said)) for said in ("a", "b", "c")]
    assert claim(store, heads(database, clock)[0])
    assert store.run(lambda uow: outbox.failed(uow, ids[0], 1, "blocked", permanent=True, after=None)) == "dead"
    assert words(heads(database, clock)) == ["b"]
    fails = partial(outbox.failed, row_id=ids[1], error="not drawn", permanent=False, after=None)
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        assert claim(store, heads(database, clock)[0])
        store.run(partial(fails, attempt=attempt, patience=timedelta(0)))
        clock.advance(outbox.MAX_BACKOFF)
    assert words(heads(database, clock)) == ["c"]


def test_a_platform_may_be_away_for_a_day(database: str, store: Store, clock: ManualClock) -> None:
    """R10: what waits is tried again for 24 hours, at most half an hour apart, and then parked."""
    row_id = store.run(partial(tell, chat="one", words="a"))
    fails = partial(outbox.failed, row_id=row_id, error="no line", permanent=False, after=None)
    began, attempts = clock.now(), 0
    while found := heads(database, clock):
        assert claim(store, found[0])
        attempts += 1
        if store.run(partial(fails, attempt=attempts)) == "dead":
            break
        pause = store.run(lambda uow: uow.get(table, row_id))["due"] - clock.now()
        assert pause <= outbox.MAX_BACKOFF
        clock.advance(pause - timedelta(seconds=1))
        assert heads(database, clock) == []
        clock.advance(timedelta(seconds=1))
    assert timedelta(hours=24) <= clock.now() - began < timedelta(hours=25)
    assert outbox.MAX_ATTEMPTS < attempts < 70


def test_a_clock_that_jumps_a_day_ahead_gives_nothing_up(database: str, store: Store, clock: ManualClock) -> None:
    row_id = store.run(partial(tell, chat="one", words="a"))
    clock.advance(timedelta(days=2))
    assert claim(store, heads(database, clock)[0])
    assert (
        store.run(partial(outbox.failed, row_id=row_id, attempt=1, error="x", permanent=False, after=None)) == "waiting"
    )


def test_the_platform_says_how_long_to_wait(database: str, store: Store, clock: ManualClock) -> None:
    row_id = store.run(lambda uow: tell(uow, "one", "a"))
    assert claim(store, heads(database, clock)[0])
    store.run(lambda uow: outbox.failed(uow, row_id, 1, "429", permanent=False, after=40.0))
    clock.advance(timedelta(seconds=39))
    assert heads(database, clock) == []
    clock.advance(timedelta(seconds=1))
    assert words(heads(database, clock)) == ["a"]


def test_what_was_settled_since_it_was_found_is_not_claimed(database: str, store: Store, clock: ManualClock) -> None:
    row_id = store.run(partial(tell, chat="one", words="a"))
    [row] = heads(database, clock)
    assert claim(store, row)
    assert store.run(lambda uow: outbox.sent(uow, row_id, 1, "m1"))
    assert not claim(store, store.run(lambda uow: uow.get(table, row_id)))
    assert store.run(lambda uow: uow.get(table, row_id))["state"] == "sent"


def test_one_of_many_senders_claims(postgres_url: str, clock: ManualClock) -> None:
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(postgres_url, clock)) for _ in range(4)]
        for n in range(20):
            stores[0].run(partial(tell, chat=f"chat{n}", words="a"))
        with reading(postgres_url) as looks, looks.open() as reader:
            rows = outbox.waiting(reader, clock.now(), 50)
        assert len(rows) == 20
        units = [[Unit(partial(outbox.claim, row=row)) for row in rows] for _ in stores]
        for n in range(len(rows)):
            for store, mine in zip(stores, units, strict=True):
                store.submit(mine[n])
        for n in range(len(rows)):
            assert sum(outcome(mine[n]) for mine in units) == 1


def test_a_sender_whose_lease_ended_settles_nothing(database: str, store: Store, clock: ManualClock) -> None:
    row_id = store.run(lambda uow: tell(uow, "one", "a"))
    late = heads(database, clock)[0]
    assert claim(store, late)
    clock.advance(outbox.LEASE - timedelta(seconds=1))
    assert heads(database, clock) == []
    clock.advance(timedelta(seconds=1))
    taken_over = heads(database, clock)[0]
    assert claim(store, taken_over)
    assert not claim(store, taken_over)
    assert not store.run(lambda uow: outbox.sent(uow, row_id, 1, "late"))
    store.run(lambda uow: outbox.failed(uow, row_id, 1, "late", permanent=True, after=None))
    assert store.run(lambda uow: uow.get(table, row_id))["state"] == "sending"
    assert store.run(lambda uow: outbox.sent(uow, row_id, 2, "m1"))
    row = store.run(lambda uow: uow.get(table, row_id))
    assert (row["state"], row["external_id"], row["attempts"]) == ("sent", "m1", 2)


def test_senders_that_died_take_nobody_s_place(database: str, store: Store, clock: ManualClock) -> None:
    for n in range(3):
        store.run(partial(tell, chat=f"chat{n}", words=f"stuck {n}"))
    for row in heads(database, clock):
        assert claim(store, row)
    store.run(lambda uow: tell(uow, "other", "new"))
    with reading(database) as looks, looks.open() as reader:
        assert words(outbox.waiting(reader, clock.now(), 1)) == ["new"]


def test_a_once_key_is_sent_once(store: Store) -> None:
    ids = {store.run(lambda uow: tell(uow, "one", "a", once="welcome:1")) for _ in range(3)}
    assert len(ids) == 1
    assert store.run(lambda uow: tell(uow, "one", "a", once="welcome:2")) not in ids
    assert len(store.run(lambda uow: uow.find(table))) == 2


def test_a_once_key_is_sent_once_by_several_processes(postgres_url: str) -> None:
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(postgres_url)) for _ in range(4)]
        units = []
        for n in range(30):
            for store in stores:
                units.append(Unit(partial(tell, chat="one", words="a", once=f"key{n}")))
                store.submit(units[-1])
        told = [outcome(unit) for unit in units]
        assert all(isinstance(each, int) for each in told)
        assert len(set(told)) == len(stores[0].run(lambda uow: uow.find(table))) == 30


def send_all(database: str, store: Store, clock: ManualClock) -> None:
    while found := heads(database, clock):
        for row in found:
            assert claim(store, row)
            assert store.run(partial(outbox.sent, row_id=row["id"], attempt=row["attempts"] + 1, external_id="m"))


def redraws(store: Store) -> list[tuple[int, str]]:
    rows = store.run(lambda uow: uow.find(table, table.c.copy_of.is_not(None)))
    return [(row["copy_of"], row["chat"]) for row in rows]


def test_every_copy_of_a_card_is_redrawn(database: str, store: Store, clock: ManualClock) -> None:
    first = store.run(lambda uow: tell(uow, "one", "a", card="review:1"))
    second = store.run(lambda uow: tell(uow, "two", "a", card="review:1"))
    store.run(lambda uow: tell(uow, "two", "a", card="review:2"))
    for times in (1, 2):
        send_all(database, store, clock)
        assert store.run(lambda uow: outbox.redraw(uow, "review:1")) == 2  # a redraw is no copy of its own
        assert redraws(store) == [(first, "one"), (second, "two")] * times


def test_what_waits_to_be_drawn_is_not_asked_to_be_drawn_again(database: str, store: Store, clock: ManualClock) -> None:
    """It shows the present when its turn comes, so while a platform is away nothing piles up."""
    copy = store.run(lambda uow: tell(uow, "one", "a", card="review:1"))
    assert store.run(lambda uow: outbox.redraw(uow, "review:1")) == 1
    assert redraws(store) == []
    [row] = heads(database, clock)
    assert claim(store, row)  # it has been drawn by now
    for _ in range(5):
        assert store.run(lambda uow: outbox.redraw(uow, "review:1")) == 1
    assert redraws(store) == [(copy, "one")]
    assert store.run(lambda uow: outbox.sent(uow, copy, 1, "m1"))
    [row] = heads(database, clock)
    assert claim(store, row)
    assert store.run(lambda uow: outbox.redraw(uow, "review:1")) == 1
    assert redraws(store) == [(copy, "one")] * 2  # the one that is on its way was drawn before
