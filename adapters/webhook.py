"""The door of a channel that is called over HTTP: measured, then proven, then kept, then answered, in this order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from core.channel.inbound import Update
from core.kit.clock import Clock
from core.kit.errors import NotAllowed, TooMuch
from core.ledger import inbox
from core.store.store import Store

MOST: Final = 256 * 1024  # bytes of a delivery, unless a channel's platform sends more
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Knock:
    """What came in, before anybody has looked into it."""

    headers: Headers
    query: QueryParams
    body: bytes
    now: datetime

    def only(self, name: str) -> str:
        """The one value of a header. Raises Unproven when it is missing, or said twice: one of two is a forger's."""
        values = self.headers.getlist(name)
        if len(values) != 1:
            raise Unproven(name)
        return values[0]


class Unproven(Exception):
    """The delivery is not shown to be the platform's, or not of now; the message names what was wrong, no value."""


class Door(Protocol):
    """What a channel says about its webhook."""

    name: str
    account: str

    def opened(self, knock: Knock) -> Update:
        """The delivery to be kept. Raises Unproven before it looks into the body."""
        ...


async def take(request: Request, door: Door, store: Store, clock: Clock, most: int = MOST) -> Response:
    """Keep one delivery, and answer when it is committed. Raises TooMuch, NotAllowed; neither says why to a forger."""
    body = await read_body(request, most)
    knock = Knock(request.headers, request.query_params, body, clock.now())
    try:
        update = door.opened(knock)
    except Unproven as why:
        log.warning("webhook_refused", channel=door.name, account=door.account, reason=str(why))
        raise NotAllowed(reason="unproven") from why
    await inbox.keep(store, update)
    return Response(status_code=200)


async def read_body(request: Request, most: int) -> bytes:
    """At most so many bytes, counted while they come. Raises TooMuch, at once when more is announced."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise TooMuch(limit=most)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooMuch(limit=most)
    return bytes(body)
