"""The channel in memory: it behaves as the better platforms do, and reads nothing that is not its own."""

import asyncio

import pytest
from hypothesis import given, settings

from adapters.loopback.channel import LoopbackChannel
from core.channel.inbound import Address, ButtonPress, ContactEvent, FileArrived, FileRef, InboundMessage, Update
from core.channel.outbound import Card, OutboundMessage
from core.channel.port import DeliveryFailed, FetchFailed, Unreadable
from tests.adapters.hostile import TORN, mutated

CHAT = Address(channel="loopback", account="test", chat="c")


def update(raw: bytes) -> Update:
    return Update(channel="loopback", account="test", platform_id="1", conversation=CHAT.key, raw=raw)


@settings(max_examples=400)
@given(mutated("loopback"))
def test_a_forged_update_is_understood_or_unreadable(raw: bytes) -> None:
    try:
        inbound = LoopbackChannel().parse(update(raw))
    except Unreadable:
        return
    assert isinstance(inbound, (InboundMessage, ButtonPress, ContactEvent))
    assert (inbound.address.channel, inbound.address.account) == ("loopback", "test")
    inbound.model_dump_json()


@pytest.mark.parametrize("raw", TORN)
def test_a_torn_update_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        LoopbackChannel().parse(update(raw))


def test_the_fetchers_own_update_cannot_be_sent_by_a_person() -> None:
    forged = FileArrived(address=CHAT, sender="c", message_update=1, file_id=1)
    with pytest.raises(Unreadable):
        LoopbackChannel().parse(update(forged.model_dump_json().encode()))


@pytest.mark.parametrize("where", [{"channel": "webchat"}, {"account": "other"}])
def test_an_update_for_another_channel_is_unreadable(where: dict[str, str]) -> None:
    said = InboundMessage(address=CHAT.model_copy(update=where), sender="c", text="x")
    with pytest.raises(Unreadable):
        LoopbackChannel().parse(update(said.model_dump_json().encode()))


def message(text: str, key: str = "1") -> OutboundMessage:
    return OutboundMessage(card=Card(text=text), idempotency_key=key)


def test_a_notice_that_is_sent_again_is_shown_once() -> None:
    channel = LoopbackChannel()
    first, again = asyncio.run(channel.send(CHAT, message("a"))), asyncio.run(channel.send(CHAT, message("a")))
    assert first == again
    assert [each.message.card.text for each in channel.sent] == ["a"]


def test_a_card_is_redrawn_in_place() -> None:
    channel = LoopbackChannel()
    receipt = asyncio.run(channel.send(CHAT, message("a")))
    asyncio.run(channel.redraw(CHAT, receipt.external_id, message("b")))
    assert [(each.message.card.text, each.redrawn) for each in channel.sent] == [("b", 1)]
    with pytest.raises(DeliveryFailed) as failed:
        asyncio.run(channel.redraw(CHAT, "m-unknown", message("c")))
    assert failed.value.permanent


def test_failures_come_as_ordered_and_end() -> None:
    channel = LoopbackChannel(failures=[DeliveryFailed("down", retry_after=2.0)])
    with pytest.raises(DeliveryFailed):
        asyncio.run(channel.send(CHAT, message("a")))
    assert asyncio.run(channel.send(CHAT, message("a"))).external_id


def test_files_come_in_pieces_or_not_at_all() -> None:
    async def fetched(handle: str) -> list[bytes]:
        return [each async for each in channel.fetch(FileRef(handle=handle))]

    channel = LoopbackChannel(files={"f": b"x" * 100_000, "empty": b""})
    pieces = asyncio.run(fetched("f"))
    assert len(pieces) > 1
    assert b"".join(pieces) == channel.files["f"]
    assert asyncio.run(fetched("empty")) == []
    with pytest.raises(FetchFailed) as failed:
        asyncio.run(fetched("gone"))
    assert failed.value.permanent
