"""A chat whose answer takes a moment is shown that one is coming; one that is answered at once is not."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.signs import AGAIN, BATCH, GIVEN_UP, MOMENT
from core.channel.inbound import Address
from core.channel.port import DeliveryFailed
from core.ledger.tables import inbox
from tests.house import Person, TestHouse, open_house

A_MOMENT = MOMENT + timedelta(milliseconds=1)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        opened.client("张三")
        opened.quiet = False  # what is said waits until somebody works
        yield opened


@pytest.fixture
def client(house: TestHouse) -> Person:
    return house.people["张三"]


def shown(house: TestHouse, after: timedelta = timedelta(0)) -> int:
    house.clock.advance(after)
    return asyncio.run(house.banli.signs.work_once())


def test_a_message_that_waits_for_a_moment_is_shown_a_sign(house: TestHouse, client: Person) -> None:
    client.says("进度")
    assert shown(house) == 0, "the answer may still come in time"
    assert shown(house, A_MOMENT) == 1
    assert house.channel.typed == [client.address]


def test_the_sign_is_shown_again_only_when_the_platform_has_forgotten_it(house: TestHouse, client: Person) -> None:
    client.says("进度")
    client.says("材料")
    assert shown(house, A_MOMENT) == 1, "one for a chat, however much it said"
    assert shown(house, A_MOMENT) == 0
    assert shown(house, AGAIN) == 1


def test_whoever_sends_a_hundred_leaves_room_for_the_others(house: TestHouse, client: Person) -> None:
    """One whose first message failed and is tried again later among them."""
    others = [house.client(name) for name in ("李四", "王五")]
    house.rest()
    others[0].says("进度")
    with house.looking() as reader:
        [failed] = reader.find(inbox, state="waiting")
    house.banli.store.run(lambda uow: uow.change(inbox, failed["id"], due=house.clock.now() + GIVEN_UP, attempts=1))
    for _ in range(BATCH + 10):
        client.says("进度")
    for each in others:
        each.says("进度")
    assert shown(house, A_MOMENT) == 3
    assert {to.chat for to in house.channel.typed} == {each.chat for each in (client, *others)}


def test_an_answer_that_has_not_gone_out_is_still_on_its_way(house: TestHouse, client: Person) -> None:
    client.says("进度")
    asyncio.run(house.banli.receiver.work_once())
    assert shown(house, A_MOMENT) == 1
    asyncio.run(house.banli.sender.work_once())
    assert shown(house, AGAIN) == 0


def test_what_has_waited_too_long_is_promised_no_more(house: TestHouse, client: Person) -> None:
    client.says("进度")
    assert shown(house, GIVEN_UP) == 0


def test_a_chat_that_a_person_holds_is_shown_none(house: TestHouse, client: Person) -> None:
    client.says("人工")
    house.rest()
    client.says("在吗")
    assert shown(house, A_MOMENT) == 0
    assert house.channel.typed == []


def test_a_platform_that_cannot_show_it_stops_nobody_elses_sign(
    house: TestHouse, client: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = house.client("李四")
    house.rest()
    shown_to: list[Address] = []

    async def typing(to: Address) -> None:
        if to == client.address:
            raise DeliveryFailed("not now")
        shown_to.append(to)

    monkeypatch.setattr(house.channel, "typing", typing)
    client.says("进度")
    other.says("进度")
    assert shown(house, A_MOMENT) == 2
    assert shown_to == [other.address]


def test_a_channel_without_signs_is_not_asked(house: TestHouse, client: Person) -> None:
    house.channel.capabilities = house.channel.capabilities.model_copy(update={"typing": False})
    client.says("进度")
    assert shown(house, A_MOMENT) == 0
