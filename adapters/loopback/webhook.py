"""The loopback channel's webhook, signed as "Standard Webhooks" have it: HMAC-SHA256 of id, time and body."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.loopback.channel import LoopbackChannel
from adapters.webhook import Knock, Unproven, take
from core.channel.inbound import Address, Update
from core.channel.port import Unreadable
from core.kit.clock import Clock
from core.store.store import Store

FRESH: Final = timedelta(minutes=5)  # to both sides: the platform's clock is not ours
ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_TIME: Final = re.compile(r"[0-9]{1,12}")
_SIGNATURES: Final = 5  # that one delivery may carry, as when its sender changes the secret


class LoopbackWebhook:
    """One account's door. Two secrets are good while one takes the place of the other."""

    def __init__(self, channel: LoopbackChannel, secrets: Sequence[bytes], store: Store, clock: Clock) -> None:
        self.name = channel.name
        self.account = channel.account
        self._channel = channel
        self._secrets = tuple(secrets)
        self._store = store
        self._clock = clock

    def routes(self) -> list[BaseRoute]:
        return [Route(f"/hooks/{self.name}/{self.account}", self.take, methods=["POST"])]

    async def take(self, request: Request) -> Response:
        return await take(request, self, self._store, self._clock)

    def opened(self, knock: Knock) -> Update:
        """Raises Unproven. What is proven and cannot be read is kept as well, as a dead letter that an admin sees."""
        delivery, moment, said = knock.only(ID), knock.only(TIME), knock.only(SIGNATURE)
        if not _ID.fullmatch(delivery):
            raise Unproven(ID)
        if not is_fresh(moment, knock.now):
            raise Unproven(TIME)
        if not self._is_signed(said, signed_part(delivery, moment, knock.body)):
            raise Unproven(SIGNATURE)
        nobody = Address(channel=self.name, account=self.account, chat="")
        update = Update(
            channel=self.name, account=self.account, platform_id=delivery, conversation=nobody.key, raw=knock.body
        )
        try:
            return update.model_copy(update={"conversation": self._channel.parse(update).address.key})
        except Unreadable:
            return update

    def _is_signed(self, said: str, content: bytes) -> bool:
        """Whether one of the signatures is by one of the secrets; all are compared, each as a whole."""
        given = [each.encode("latin-1") for each in said.split(" ")]
        if len(given) > _SIGNATURES:
            return False
        right = [signature(secret, content).encode() for secret in self._secrets]
        return sum(hmac.compare_digest(one, other) for one in given for other in right) > 0


def is_fresh(moment: str, now: datetime) -> bool:
    """Whether a number of seconds since 1970 is about now: an old delivery is somebody's recording."""
    return bool(_TIME.fullmatch(moment)) and abs(int(moment) - now.timestamp()) <= FRESH.total_seconds()


def signed_part(delivery: str, moment: str, body: bytes) -> bytes:
    """What the signature covers: nothing of it may be changed, nor put together with another's."""
    return f"{delivery}.{moment}.".encode() + body


def signature(secret: bytes, content: bytes) -> str:
    """As it stands in the header."""
    return "v1," + base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
