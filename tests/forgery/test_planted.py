"""The suite finds what it is there for: each of these faults is planted in the product, and it tells."""

import contextlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request

import adapters.loopback.webhook as hook_module
import adapters.webchat.said as said_module
import adapters.webchat.upload as upload_module
import adapters.webhook as door_module
from adapters.webchat.tables import web_session
from core.channel.inbound import Update
from core.kit.errors import TooMuch
from core.ledger import inbox
from core.store.unit import UnitOfWork
from tests.forgery.campaign import attack, control
from tests.forgery.description import fire
from tests.forgery.replay import replay
from tests.forgery.site import ForgeSite, open_site
from tests.services.databases import Databases

Plant = Callable[[pytest.MonkeyPatch], None]
NUMBERS: Final = range(1500)


@pytest.fixture
def site(databases: Databases, tmp_path: Path) -> Iterator[ForgeSite]:
    with databases.fresh("sqlite") as url, open_site(url, tmp_path) as site:
        yield site


def prefix(patch: pytest.MonkeyPatch) -> None:
    """A signature is right when it begins right."""

    def begins(one: bytes, other: bytes) -> bool:
        return one[:20] == other[:20]

    patch.setattr(hmac, "compare_digest", begins)


def never_old(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hook_module, "is_fresh", lambda moment, now: moment.isdigit())


def body_not_signed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hook_module, "signed_part", lambda delivery, moment, body: f"{delivery}.{moment}".encode())


def id_not_signed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hook_module, "signed_part", lambda delivery, moment, body: moment.encode() + body)


def no_limit(patch: pytest.MonkeyPatch) -> None:
    """The length is asked after the whole body was read."""

    async def read(request: Request, most: int) -> bytes:
        body = await request.body()
        if len(body) > most:
            raise TooMuch(limit=most)
        return body

    patch.setattr(door_module, "read_body", read)


def looks_first(patch: pytest.MonkeyPatch) -> None:
    """The body is parsed before its proof is looked at."""
    real = hook_module.LoopbackWebhook.opened

    def opened(self: Any, knock: Any) -> Update:
        with contextlib.suppress(Exception):
            self._channel.parse(
                Update(channel="loopback", account="test", platform_id="", conversation="", raw=knock.body)
            )
        return real(self, knock)

    patch.setattr(hook_module.LoopbackWebhook, "opened", opened)


def last_of_two(patch: pytest.MonkeyPatch) -> None:
    """A name may be there twice: the last one counts."""
    patch.setattr(said_module, "_once", dict)


def any_session(patch: pytest.MonkeyPatch) -> None:
    """A secret that begins as another visitor's is good enough, as is none."""

    def session_of(reader: Any, secret: str, now: Any) -> Any:
        return next(iter(reader.find(web_session)), None)

    patch.setattr("adapters.webchat.verify.session_of", session_of)


def other_sites(patch: pytest.MonkeyPatch) -> None:
    """A crash for an origin that is no address."""

    patch.setattr("adapters.webchat.verify._place", lambda origin: urlsplit(origin).netloc)


def whole_upload(patch: pytest.MonkeyPatch) -> None:
    """The form is read to its end, however long it is."""
    patch.setattr(upload_module, "_counted", lambda stream, most: stream)


def unsigned_links(patch: pytest.MonkeyPatch) -> None:
    """A link is good whatever its signature."""
    patch.setattr(hmac, "compare_digest", lambda one, other: True)


MUTATED: Final[dict[str, tuple[Plant, ...]]] = {
    "loopback": (prefix, never_old, body_not_signed, id_not_signed, no_limit, looks_first),
    "webchat": (last_of_two, any_session, other_sites, whole_upload),
    "uploads": (whole_upload, unsigned_links),
}


@pytest.mark.parametrize(("folder", "plant"), [(folder, each) for folder in MUTATED for each in MUTATED[folder]])
def test_a_planted_fault_is_found(folder: str, plant: Plant, site: ForgeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = fire(folder, site)
    plant(monkeypatch)
    assert control(site, channel) or attack(site, channel, 1, NUMBERS).failures


@pytest.mark.parametrize("folder", ["loopback", "webchat", "uploads"])
def test_a_delivery_that_counts_every_time_is_found(
    folder: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unique key of the inbox is forgotten: what comes again is a new one."""
    real, seen = inbox.append, [0]

    def append(uow: UnitOfWork, update: Update) -> None:
        seen[0] += 1
        real(uow, update.model_copy(update={"platform_id": f"{update.platform_id}-{seen[0]}"}))

    monkeypatch.setattr(inbox, "append", append)
    with databases.fresh("sqlite") as url:
        told = replay(url, tmp_path, folder, count=4, meant=0)
    assert any("after 1 s: inbox" in each for each in told.wrong), told
