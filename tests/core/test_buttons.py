"""Buttons: pressed once, by whom they were made for, not when closed, replaced or expired."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from core.commands.work import CompleteTask
from core.engine.access import Actor
from core.kit.clock import ManualClock
from core.kit.errors import AlreadyDecided, NotAllowed, NotFound, Refusal, Stale
from core.ledger import buttons
from core.ledger.buttons import Offer, offer
from core.ledger.tables import button
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork
from tests.core.stores import NOON, open_store, outcome

ONE = Actor("staff", 1, frozenset({"reviewer"}))
TWO = Actor("staff", 2, frozenset({"reviewer"}))
CLIENT = Actor("client", 1)
LABEL = {"zh-CN": "完成", "en": "Done"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(database: str, clock: ManualClock) -> Iterator[Store]:
    with open_store(database, clock) as opened:
        yield opened


def mint(
    store: Store, *tasks: int, keeps: bool = False, expires_at: datetime | None = None, for_id: int | None = None
) -> list[str]:
    offers = [
        Offer.model_validate({**offer(CompleteTask(task_id=each), LABEL, keeps=keeps), "expires_at": expires_at})
        for each in tasks
    ]
    minted: list[str] = store.run(
        lambda uow: buttons.mint(uow, offers, card="card:1", for_kind="staff", for_id=for_id, case_id=None)
    )
    return minted


def press(token: str, actor: Actor = ONE) -> Any:
    def work(uow: UnitOfWork) -> Any:
        row = buttons.find(uow, token)
        buttons.check_presser(row, actor)
        return buttons.spend(uow, row, actor)

    return work


def test_a_press_gives_the_waiting_command_once_and_closes_the_card(store: Store, clock: ManualClock) -> None:
    done, other = mint(store, 7, 8)
    assert store.run(press(done)) == CompleteTask(task_id=7)
    pressed_at = clock.now()
    clock.advance(timedelta(minutes=5))
    for token, actor in ((done, TWO), (done, ONE), (other, TWO)):
        with pytest.raises(AlreadyDecided) as told:
            store.run(press(token, actor))
        assert told.value.params == {"who_kind": "staff", "who": 1, "when": pressed_at}


def test_a_press_whose_command_is_refused_has_not_happened(store: Store) -> None:
    (token,) = mint(store, 7)

    def refused(uow: UnitOfWork) -> None:
        press(token)(uow)
        raise Refusal("not now")

    with pytest.raises(Refusal):
        store.run(refused)
    assert store.run(press(token, TWO)) == CompleteTask(task_id=7)


def test_presses_in_several_processes_at_once(postgres_url: str) -> None:
    """The contract's card has no case whose lock would keep the pressers apart: the token alone decides."""
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(postgres_url)) for _ in range(4)]
        for n in range(15):
            (token,) = mint(stores[0], n)
            units = [Unit(press(token, Actor("staff", k))) for k in range(1, 5)]
            for store, unit in zip(stores, units, strict=True):
                store.submit(unit)
            told = [outcome(unit) for unit in units]
            winner = 1 + next(k for k, each in enumerate(told) if isinstance(each, CompleteTask))
            losers = [each for each in told if not isinstance(each, CompleteTask)]
            assert [(type(each), each.params["who"]) for each in losers] == [(AlreadyDecided, winner)] * 3


def test_only_the_one_for_whom_it_was_made_may_press(store: Store) -> None:
    (mine,) = mint(store, 7, for_id=1)
    for actor in (TWO, CLIENT, Actor("client", 0), Actor("system", 1)):
        with pytest.raises(NotAllowed):
            store.run(press(mine, actor))
    assert store.run(press(mine, ONE)) == CompleteTask(task_id=7)
    (anybody,) = mint(store, 8)
    with pytest.raises(NotAllowed):
        store.run(press(anybody, CLIENT))
    assert store.run(press(anybody, TWO)) == CompleteTask(task_id=8)


def test_a_card_that_was_closed_cannot_be_pressed(store: Store) -> None:
    (token,) = mint(store, 7)
    (kept,) = mint(store, 8, keeps=True)
    store.run(lambda uow: buttons.close_card(uow, "card:1"))
    for each in (token, kept):
        with pytest.raises(Stale) as told:
            store.run(press(each))
        assert told.value.params["reason"] == "replaced"


def test_a_button_expires(store: Store, clock: ManualClock) -> None:
    (token,) = mint(store, 7, expires_at=NOON + timedelta(minutes=10))
    clock.advance(timedelta(minutes=10))
    with pytest.raises(Stale) as told:
        store.run(press(token))
    assert told.value.params["reason"] == "expired"


def test_a_button_that_keeps_can_be_pressed_again_until_its_card_is_closed(store: Store) -> None:
    (kept,) = mint(store, 7, keeps=True)
    (spends,) = mint(store, 8)
    assert [store.run(press(kept)) for _ in range(2)] == [CompleteTask(task_id=7)] * 2
    assert store.run(press(spends)) == CompleteTask(task_id=8)
    with pytest.raises(AlreadyDecided):
        store.run(press(kept))


def test_a_token_that_was_never_ours_finds_nothing(store: Store) -> None:
    (token,) = mint(store, 7)
    flipped = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(len(token))]
    for forged in ("", "x", "x" * 5000, token[:-1], token + "A", "' OR 1=1 --", *flipped):
        with pytest.raises(NotFound):
            store.run(partial(buttons.find, token=forged))
    assert len({row["token"] for row in store.run(lambda uow: uow.find(button))}) == 1
    assert len(token) == 22
