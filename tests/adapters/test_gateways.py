"""Text messages and mail before a real gateway is configured: kept in memory, sent nowhere, never logged."""

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.gateways.loopback import KEPT, LoopbackGateway
from core.channel.inbound import Address, FileRef, Update
from core.channel.outbound import Card, OutboundMessage
from core.channel.port import DeliveryFailed, FetchFailed, Unreadable

TO = Address(channel="sms", account="default", chat="client:7")


def message(text: str, key: str = "1", title: str = "") -> OutboundMessage:
    return OutboundMessage(card=Card(title=title, text=text), idempotency_key=key)


def test_what_would_be_sent_is_kept_and_not_logged() -> None:
    gateway = LoopbackGateway("sms")
    with capture_logs() as logs:
        receipt = asyncio.run(gateway.send(TO, message("恭喜 MARKER", title="签证")))
    assert receipt.external_id == "sms-1"
    assert [(each.to, each.text) for each in gateway.dispatched] == [(TO, "签证\n恭喜 MARKER")]
    assert "MARKER" not in str(logs)
    assert "client:7" not in str(logs)


def test_only_the_newest_are_kept() -> None:
    gateway = LoopbackGateway("mail")
    for number in range(KEPT + 3):
        asyncio.run(gateway.send(TO, message(str(number), str(number))))
    assert len(gateway.dispatched) == KEPT
    assert gateway.dispatched[0].text == "3"


def test_a_text_that_is_too_long_for_a_text_message_is_refused_for_good() -> None:
    with pytest.raises(DeliveryFailed) as failed:
        asyncio.run(LoopbackGateway("sms").send(TO, message("x" * 1001)))
    assert failed.value.permanent
    asyncio.run(LoopbackGateway("mail").send(TO, message("x" * 1001)))


def test_a_gateway_only_sends() -> None:
    gateway = LoopbackGateway("sms")
    assert not gateway.capabilities.buttons
    assert not gateway.capabilities.edit
    with pytest.raises(Unreadable):
        gateway.parse(Update(channel="sms", account="default", platform_id="1", conversation="c", raw=b"{}"))
    with pytest.raises(DeliveryFailed):
        asyncio.run(gateway.redraw(TO, "sms-1", message("x")))

    async def fetch() -> None:
        async for _ in gateway.fetch(FileRef(handle="x")):
            raise AssertionError("a gateway has no files")

    with pytest.raises(FetchFailed):
        asyncio.run(fetch())
