"""A channel whose platform is the driver: it is called over a socket, and it calls the product's door over HTTP."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.loopback.channel import LoopbackChannel
from core.channel.inbound import Address, FileRef, Inbound, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.channel.port import DeliveryFailed, FetchFailed, Unreadable
from core.ledger import inbox
from core.store.store import Store

NAME: Final = "plat"
ACCOUNT: Final = "crash"
DOOR: Final = "/hooks/plat"
POISON: Final = "<poison>"  # words whose update fails always
_LINE: Final = 8 * 2**20


@dataclass
class PlatformChannel(LoopbackChannel):
    """What it can is what the loopback channel can; everything goes through the driver's socket."""

    name: str = NAME
    account: str = ACCOUNT
    socket: Path = Path()

    def parse(self, update: Update) -> Inbound:
        if POISON.encode() in update.raw:
            raise ZeroDivisionError("a planted poison update")
        return super().parse(update)

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        said = {"op": "send", "chat": to.chat, "key": message.idempotency_key, **_shown(message)}
        return Receipt(external_id=str((await self._call(said))["id"]))

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        await self._call({"op": "redraw", "chat": to.chat, "id": external_id, **_shown(message)})

    async def typing(self, to: Address) -> None:
        """Not counted: a sign is worth nothing by itself."""

    async def fetch(self, file: FileRef) -> AsyncIterator[bytes]:
        try:
            answer = await self._call({"op": "fetch", "handle": file.handle})
        except DeliveryFailed as failed:
            raise FetchFailed(str(failed)) from failed
        if "data" not in answer:
            raise FetchFailed("no such file", permanent=True)
        yield base64.b64decode(answer["data"])

    async def _call(self, said: dict[str, Any]) -> dict[str, Any]:
        """One question, one answer. Raises DeliveryFailed as an HTTP client would find out: by the answer, or none."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.socket), limit=_LINE)
        except OSError as down:
            raise DeliveryFailed("the platform is down") from down
        try:
            writer.write(json.dumps(said).encode() + b"\n")
            await writer.drain()
            line = await reader.readline()
        except OSError as gone:
            raise DeliveryFailed("the connection broke", ambiguous=True) from gone
        finally:
            writer.close()
        if not line:
            raise DeliveryFailed("no answer", ambiguous=True)
        answer: dict[str, Any] = json.loads(line)
        if answer["status"] == 429:
            raise DeliveryFailed("too many requests", retry_after=answer["retry_after"])
        if answer["status"] != 200 or answer.get("errcode"):
            raise DeliveryFailed(f"status {answer['status']}, errcode {answer.get('errcode', 0)}")
        return answer


def door(store: Store) -> Route:
    """The webhook of the platform: keep, then answer; as every real one has to."""

    async def take(request: Request) -> Response:
        told = json.loads(await request.body())
        try:
            update = Update(channel=NAME, account=ACCOUNT, raw=told.pop("raw").encode(), **told)
        except (KeyError, ValueError) as wrong:
            raise Unreadable("no update") from wrong
        await inbox.keep(store, update)
        return Response(status_code=200)

    return Route(DOOR, take, methods=["POST"])


def _shown(message: OutboundMessage) -> dict[str, Any]:
    card = message.card
    return {
        "text": "\n".join((card.title, card.text)),
        "buttons": [{"token": button.token, "label": button.label} for button in card.buttons],
    }
