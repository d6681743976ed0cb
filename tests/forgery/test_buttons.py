"""The token of a button cannot be guessed, made from a real one, used by somebody else, or used too late."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from core.kit.errors import NotFound
from core.kit.ids import new_token
from core.ledger import buttons
from core.ledger.tables import button
from core.store.unit import UnitOfWork
from tests.forgery.channels.webchat import Webchat
from tests.forgery.people import minted
from tests.forgery.sent import deliver
from tests.forgery.site import ForgeSite, open_site
from tests.services.databases import Databases

GUESSES: Final = int(os.environ.get("BANLI_TEST_GUESSES", "20000"))
AT_ONCE: Final = 2000  # guesses in one unit
REAL: Final = 40
ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[ForgeSite]:
    with databases.fresh(request.param) as url, open_site(url, tmp_path) as site:
        yield site


def resolved(uow: UnitOfWork, tokens: list[str]) -> list[str]:
    """Those behind which there is a button."""
    found = []
    for token in tokens:
        try:
            buttons.find(uow, token)
        except NotFound:
            continue
        found.append(token)
    return found


def near(token: str) -> list[str]:
    """Every token that differs in one bit of its 132, or in its length or letters by a little."""
    flipped = [
        token[:at] + ALPHABET[ALPHABET.index(token[at]) ^ (1 << bit)] + token[at + 1 :]
        for at in range(len(token))
        for bit in range(6)
    ]
    return [*flipped, token[:-1], token[1:], token + "A", "A" + token, token + "=", token.swapcase(), token + " ",
            f"%{token[1:]}", f"_{token[1:]}", token[:-1] + "%", token * 2, "", "%", " " + token]  # fmt: skip


def test_no_guess_resolves(site: ForgeSite) -> None:
    channel = Webchat(site)
    real = {minted(site, "webchat", "web", channel.me.visitor, n) for n in range(REAL)}
    assert set(site.run(lambda uow: resolved(uow, sorted(real)))) == real
    for _ in range(0, GUESSES, AT_ONCE):
        guesses = [new_token() for _ in range(AT_ONCE)]
        assert site.run(lambda uow, guesses=guesses: resolved(uow, guesses)) == []
    close = [each for token in real for each in near(token) if each not in real]
    assert len(close) > REAL * 132
    for start in range(0, len(close), AT_ONCE):
        part = close[start : start + AT_ONCE]
        assert site.run(lambda uow, part=part: resolved(uow, part)) == []


def press(site: ForgeSite, channel: Webchat, cookie: bytes, token: str) -> None:
    body = f'{{"id": "press-{secrets.token_hex(8)}", "token": "{token}", "message": "n1"}}'.encode()
    sent = replace(channel.capture("press", 1).sent, body=body).having(b"cookie", cookie)
    knocked = asyncio.run(deliver(site.app, sent))
    assert knocked.status == 202
    site.rest()


def states(site: ForgeSite, tokens: list[str]) -> list[str]:
    with site.banli.reading.open() as reader:
        return [reader.find(button, token=token)[0]["state"] for token in tokens]


def test_a_press_by_somebody_else_or_too_late_does_nothing(site: ForgeSite) -> None:
    """And the real one still works afterwards, once."""
    channel = Webchat(site)
    tokens = [minted(site, "webchat", "web", channel.me.visitor, n) for n in range(3)]
    strangers = [channel.other.cookie, f"banli_chat={channel._framed[0]}".encode()]
    for cookie in strangers:
        for token in tokens:
            press(site, channel, cookie, token)
    for token in near(tokens[0])[:40:4]:
        press(site, channel, channel.me.cookie, token.replace('"', ""))
    assert states(site, tokens) == ["open"] * 3
    with site.banli.reading.open() as reader:
        row = reader.find(button, token=tokens[2])[0]
    ends = site.clock.now() + timedelta(minutes=1)
    site.run(lambda uow: uow.change(button, row["id"], expires_at=ends))
    site.clock.move_to(ends)
    press(site, channel, channel.me.cookie, tokens[2])
    assert states(site, tokens) == ["open"] * 3
    press(site, channel, channel.me.cookie, tokens[0])
    assert states(site, tokens) == ["spent", "open", "open"]
