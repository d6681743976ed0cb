"""One webhook as a channel: signed as Standard Webhooks says, sent to the address that was looked at, no further.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import asyncio
import base64
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from adapters.hooks.addresses import Resolve, pinned, resolved
from core.channel.capabilities import Capabilities
from core.channel.inbound import Address, FileRef, Inbound, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.channel.port import DeliveryFailed, FetchFailed, Unreadable
from core.kit.clock import Clock
from core.kit.settings_hooks import Hook

NAME: Final = "hook"
AT_ONCE: Final = 4  # calls of one webhook: a receiver that hangs must not take the sender from people's messages
BUSY_SECONDS: Final = 5.0
PORTS: Final = {"http": 80, "https": 443}
LATER: Final = frozenset({408, 425, 429})  # and all from 500 on: worth another try
MOST_BYTES: Final = 256 * 1024  # of a body


class HookChannel:
    """Sends the text of a card as the body and its title as the id of the delivery.

    The answer's body is never read, so it may be as long as it likes.
    """

    name = NAME
    capabilities = Capabilities(
        buttons=False,
        edit=False,
        proactive=True,
        files_in=False,
        files_out=False,
        max_file_in=0,
        max_text_chars=MOST_BYTES,
    )

    def __init__(
        self, account: str, hook: Hook, clock: Clock, *, resolve: Resolve = resolved, tls: ssl.SSLContext | None = None
    ) -> None:
        self.account = account
        self._hook = hook
        self._url = httpx.URL(hook.url)
        self._clock = clock
        self._resolve = resolve
        self._tls = tls
        self._under_way = 0

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        """Raises DeliveryFailed with one of a few short reasons: `http 503`, `timeout`, `no address`, `forbidden
        address`, `no connection`, `busy`, `too long`."""
        if self._under_way >= AT_ONCE:
            raise DeliveryFailed("busy", retry_after=BUSY_SECONDS)
        self._under_way += 1
        try:
            async with asyncio.timeout(self._hook.seconds):
                status, after = await self._post(message.card.title, message.card.text.encode())
        except TimeoutError as late:
            raise DeliveryFailed("timeout", ambiguous=True) from late
        except httpx.HTTPError as error:
            raise DeliveryFailed("no connection", ambiguous=True) from error
        finally:
            self._under_way -= 1
        if 200 <= status < 300:
            return Receipt(external_id=f"http {status}")
        later = status in LATER or status >= 500
        raise DeliveryFailed(f"http {status}", permanent=not later, retry_after=self._pause(after) if later else None)

    async def _post(self, delivery: str, body: bytes) -> tuple[int, str]:
        """Status and Retry-After of the answer."""
        if len(body) > MOST_BYTES:
            raise DeliveryFailed("too long", permanent=True)
        name, port = self._url.raw_host.decode(), self._url.port or PORTS[self._url.scheme]
        address = await pinned(name, port, private=self._hook.private, resolve=self._resolve)
        self._tls = self._tls or httpx.create_ssl_context(trust_env=False)
        heads = {"Host": self._url.netloc.decode(), "Content-Type": "application/json", "User-Agent": "Banli"}
        async with httpx.AsyncClient(trust_env=False, timeout=None, verify=self._tls) as client:  # follows nothing
            request = client.build_request(
                "POST",
                self._url.copy_with(host=address),
                content=body,
                headers=heads | self._signed(delivery, body),
                extensions={"sni_hostname": name},  # the certificate is that of the name, not of the address
            )
            answer = await client.send(request, stream=True)
            await answer.aclose()
        return answer.status_code, answer.headers.get("Retry-After", "")

    def _signed(self, delivery: str, body: bytes) -> dict[str, str]:
        moment = str(int(self._clock.now().timestamp()))
        said = b".".join((delivery.encode(), moment.encode(), body))
        macs = (hmac.new(key, said, hashlib.sha256).digest() for key in self._hook.signing_keys)
        return {
            "webhook-id": delivery,
            "webhook-timestamp": moment,
            "webhook-signature": " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in macs),
        }

    def _pause(self, after: str) -> float | None:
        """Seconds until the receiver wants to be asked again, if it says so."""
        if after.isascii() and after.isdigit() and len(after) < 10:
            return max(1.0, float(after))
        try:
            moment: datetime = parsedate_to_datetime(after)
        except ValueError:
            return None
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return max(1.0, (aware - self._clock.now()).total_seconds())

    def parse(self, update: Update) -> Inbound:
        raise Unreadable("a webhook receives nothing")

    async def typing(self, to: Address) -> None:
        raise DeliveryFailed("a webhook has no signs", permanent=True)

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        raise DeliveryFailed("a webhook cannot take back what was sent", permanent=True)

    def fetch(self, file: FileRef) -> AsyncIterator[bytes]:
        raise FetchFailed("a webhook receives no files", permanent=True)

    async def release(self, file: FileRef) -> None:
        """Nothing is held."""
