"""Reading stored updates of the page: whatever lies in the inbox is understood or called unreadable, nothing else."""

import json

import pytest
from hypothesis import given, settings

from adapters.webchat.parse import parse
from core.channel.inbound import MAX_TEXT_IN, ButtonPress, ContactEvent, InboundMessage, Update
from core.channel.port import Unreadable
from tests.adapters.hostile import RIGHT, TORN, mutated

KINDS = (InboundMessage, ButtonPress, ContactEvent)


def update(raw: bytes) -> Update:
    return Update(channel="webchat", account="web", platform_id="v:1", conversation="webchat:web:v", raw=raw)


@settings(max_examples=400)
@given(mutated("webchat"))
def test_a_forged_update_is_understood_or_unreadable(raw: bytes) -> None:
    try:
        inbound = parse(update(raw))
    except Unreadable:
        return
    assert isinstance(inbound, KINDS)
    assert inbound.address.channel == "webchat"
    assert inbound.address.account == "web"
    inbound.model_dump_json()  # it can be stored


@pytest.mark.parametrize("raw", TORN)
def test_a_torn_update_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable) as unreadable:
        parse(update(raw))
    assert unreadable.value.args[0].isidentifier()  # the name of what went wrong, and nothing of what was said


@pytest.mark.parametrize("said", RIGHT["webchat"])
def test_the_right_ones_are_read(said: dict[str, object]) -> None:
    inbound = parse(update(json.dumps(said).encode()))
    assert inbound.sender == "v"
    assert inbound.address.key == "webchat:web:v"


def test_a_long_text_is_cut_on_arrival() -> None:
    inbound = parse(update(b'{"type":"text","visitor":"v","text":"' + b"x" * 50_000 + b'"}'))
    assert isinstance(inbound, InboundMessage)
    assert len(inbound.text) == MAX_TEXT_IN
