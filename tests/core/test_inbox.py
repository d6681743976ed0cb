"""The inbox: stored once however often it is delivered, settled once, pushed ahead when it fails, then parked."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import pytest

from core.channel.inbound import Update
from core.kit.clock import ManualClock
from core.ledger import inbox
from core.ledger.crowd import crowded
from core.ledger.tables import inbox as table
from core.store.store import Store, Unit
from tests.core.stores import NOON, open_store, outcome, reading, together


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(database: str, clock: ManualClock) -> Iterator[Store]:
    with open_store(database, clock) as opened:
        yield opened


def update(platform_id: str, channel: str = "c", account: str = "a", raw: bytes = b"{}") -> Update:
    return Update(channel=channel, account=account, platform_id=platform_id, conversation="x", raw=raw)


def stored(store: Store) -> list[tuple[str, str, str]]:
    return [(row["channel"], row["account"], row["platform_id"]) for row in store.run(lambda uow: uow.find(table))]


def test_a_delivery_is_stored_once_per_channel_account_and_platform_id(store: Store) -> None:
    deliveries = [
        update("1"),
        update("1", raw=b"again"),
        update("2"),
        update("1", channel="d"),
        update("1", account="b"),
    ]
    together(store, [Unit(partial(inbox.append, update=each)) for each in deliveries])
    store.run(lambda uow: inbox.append(uow, update("2", raw=b"later")))
    assert stored(store) == [("c", "a", "1"), ("c", "a", "2"), ("d", "a", "1"), ("c", "b", "1")]
    assert {row["raw"] for row in store.run(lambda uow: uow.find(table))} == {b"{}"}


def test_deliveries_to_several_processes_at_once_are_stored_once(postgres_url: str) -> None:
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(postgres_url)) for _ in range(4)]
        units = []
        for n in range(200):
            for position, store in enumerate(stores):
                each = update(str(n if position % 2 else 199 - n))
                units.append(Unit(partial(inbox.append, update=each), first=True))
                store.submit(units[-1])
        assert [outcome(unit) for unit in units] == [None] * 800
        assert sorted(stored(stores[0])) == sorted(("c", "a", str(n)) for n in range(200))


def test_an_entry_that_fails_is_pushed_ahead_further_each_time_then_parked(
    database: str, store: Store, clock: ManualClock
) -> None:
    store.run(lambda uow: inbox.append(uow, update("poison")))
    store.run(lambda uow: inbox.append(uow, update("good")))
    row_id = store.run(lambda uow: uow.find(table))[0]["id"]
    pauses = []
    with reading(database) as looks:
        for attempt in range(1, inbox.MAX_ATTEMPTS + 1):
            parked = store.run(lambda uow: inbox.failed(uow, row_id, "boom"))
            assert parked == (attempt == inbox.MAX_ATTEMPTS)
            with looks.open() as reader:
                assert row_id not in [each for each, _ in inbox.waiting(reader, clock.now(), 10)]
                assert len(inbox.waiting(reader, clock.now(), 10)) == 1  # the other one is not held back
                row = reader.peek(table, row_id)
            assert row is not None
            pauses.append(row["due"] - clock.now())
            clock.move_to(row["due"])
        assert pauses == sorted(pauses)
        assert pauses[0] < pauses[-1]
        row = store.run(lambda uow: uow.get(table, row_id))
        assert (row["state"], row["attempts"], row["error"]) == ("dead", inbox.MAX_ATTEMPTS, "boom")
        clock.advance(timedelta(days=30))
        with looks.open() as reader:
            assert row_id not in [each for each, _ in inbox.waiting(reader, clock.now(), 10)]


def test_a_failure_that_is_told_late_does_not_wake_a_settled_entry(store: Store) -> None:
    """Another worker has answered the update meanwhile: it must not be answered again."""
    store.run(lambda uow: inbox.append(uow, update("1")))
    row_id = store.run(lambda uow: uow.find(table))[0]["id"]
    store.run(lambda uow: inbox.done(uow, row_id))
    assert not store.run(lambda uow: inbox.failed(uow, row_id, "late"))
    assert store.run(lambda uow: uow.get(table, row_id))["state"] == "done"
    assert store.run(lambda uow: inbox.take(uow, row_id)) is None


def said(number: int, conversation: str) -> Update:
    return Update(channel="c", account="a", platform_id=f"{number}", conversation=conversation, raw=b"{}")


def test_one_who_sends_thousands_makes_nobody_wait_for_them_all(
    database: str, store: Store, clock: ManualClock
) -> None:
    flood = [said(number, "flood") for number in range(300)]
    others = [said(300 + number, f"other {number}") for number in range(20)]
    for each in [*flood, *others]:
        store.submit(Unit(partial(inbox.append, update=each)))
    store.run(lambda uow: None)
    with reading(database) as looks, looks.open() as reader:
        found = inbox.waiting(reader, clock.now(), 64)
        assert inbox.waiting(reader, clock.now(), 64, crowd=True) == found
    assert crowded((key for _, key in found), inbox.FAIR)
    assert [key for _, key in found] == ["flood"] * inbox.FAIR + [each.conversation for each in others]
    assert [row_id for row_id, _ in found] == sorted(row_id for row_id, _ in found)


def test_a_look_is_full_when_enough_waits_and_knows_its_end(database: str, store: Store, clock: ManualClock) -> None:
    for number in range(40):
        store.submit(Unit(partial(inbox.append, update=said(number, f"chat {number % 2}"))))
    store.run(lambda uow: None)
    with reading(database) as looks, looks.open() as reader:
        assert len(inbox.waiting(reader, clock.now(), 20)) == 20
        assert len(inbox.waiting(reader, clock.now(), 100)) == 2 * inbox.FAIR
        assert inbox.waiting(reader, clock.now(), 1)[0][0] == inbox.waiting(reader, clock.now(), 100)[0][0]
