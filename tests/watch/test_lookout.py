"""The lookout: admins hear in their chats of what piles up and of what was parked, by day and not again and again."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.lookout import AGAIN_SECONDS
from core.channel.inbound import Update
from core.ledger import inbox
from core.ledger.share import WHOLE, Share
from core.views.queues import AGE_LIMIT
from tests.house import Person, TestHouse, open_house

STUCK, PARKED = "消息积压", "已搁置"


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        yield opened.agency()


@pytest.fixture
def admin(house: TestHouse) -> Person:
    return house.staff("管理己", "admin")


def keep(house: TestHouse, number: int, conversation: str = "loopback:main:x") -> None:
    """An update that nobody works off as long as the house does not come to rest."""
    update = Update(channel="nowhere", account="x", platform_id=str(number), conversation=conversation, raw=b"{}")
    house.banli.store.run(lambda uow: inbox.append(uow, update))


def look(house: TestHouse, after: float = 0.0) -> int:
    """As another hour's look: whoever looked before remembers what he reported."""
    lookout = house.banli.lookout
    moment = lookout._now() + after
    lookout._now = lambda: moment
    return asyncio.run(lookout.work_once())


def heard(house: TestHouse, admin: Person, word: str) -> int:
    while asyncio.run(house.banli.sender.work_once()):  # one of each chat
        pass
    return sum(word in words for words in admin.words)


def test_what_piles_up_is_told_once_an_hour_while_it_does(house: TestHouse, admin: Person) -> None:
    assert look(house) == 0
    keep(house, 1)
    house.clock.advance(AGE_LIMIT + timedelta(seconds=1))
    assert look(house) == 1
    assert heard(house, admin, STUCK) == 1
    assert "inbox" in admin.last
    assert look(house, after=60) == 0
    house.clock.advance(timedelta(hours=1))
    assert look(house, after=AGAIN_SECONDS + 1) == 1
    assert heard(house, admin, STUCK) == 2
    house.rest()  # now it is worked off
    house.clock.advance(timedelta(hours=1))
    look(house, after=AGAIN_SECONDS + 1)
    assert heard(house, admin, STUCK) == 2


def test_what_was_parked_is_told_once_a_day_until_somebody_looks_after_it(house: TestHouse, admin: Person) -> None:
    """R9: a poison update ends as a dead letter of which the admins hear."""
    for number in range(3):
        keep(house, number)
    house.rest()  # nobody can read them: parked at once
    assert look(house) == 1
    assert heard(house, admin, PARKED) == 1
    assert "inbox 3" in admin.last
    house.clock.advance(timedelta(hours=2))
    look(house, after=AGAIN_SECONDS + 1)
    assert heard(house, admin, PARKED) == 1
    house.clock.advance(timedelta(days=1))
    look(house, after=AGAIN_SECONDS + 1)
    assert heard(house, admin, PARKED) == 2


def test_nobody_is_woken_for_it(house: TestHouse, admin: Person) -> None:
    keep(house, 1)
    house.rest()
    local = house.clock.now().astimezone(house.banli.house.zone)
    house.clock.move_to(local.replace(hour=23))
    look(house)
    assert heard(house, admin, PARKED) == 0
    house.clock.advance(timedelta(hours=11))
    look(house, after=AGAIN_SECONDS + 1)
    assert heard(house, admin, PARKED) == 1


def test_one_of_several_processes_tells(house: TestHouse, admin: Person) -> None:
    keep(house, 1)
    house.rest()
    place = house.banli.crew._place
    place.share = Share(1, 2)
    assert look(house) == 0
    place.share = WHOLE
    assert heard(house, admin, PARKED) == 0
