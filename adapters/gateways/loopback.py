"""The loopback gateway: keeps text messages and mails in memory and in the log's count, and sends nothing anywhere.

It is what runs until an operator configures a real gateway: no outbound call happens that nobody has configured.
"""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from core.channel.capabilities import Capabilities
from core.channel.inbound import Address, FileRef, Inbound, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.channel.port import DeliveryFailed, FetchFailed, Unreadable

KEPT = 500  # the newest messages that stay in memory

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """One message that a real gateway would have sent; `chat` names the client, whose number the gateway looks up."""

    to: Address
    text: str


class LoopbackGateway:
    """A channel that only sends: `name` is "sms" or "mail"."""

    def __init__(self, name: str, account: str = "default") -> None:
        self.name = name
        self.account = account
        self.capabilities = Capabilities(
            buttons=False,
            edit=False,
            proactive=True,
            files_in=False,
            files_out=False,
            max_file_in=0,
            max_text_chars=1000 if name == "sms" else 100_000,
        )
        self.dispatched: deque[Dispatched] = deque(maxlen=KEPT)

    def parse(self, update: Update) -> Inbound:
        raise Unreadable(f"{self.name} receives nothing")

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        text = "\n".join(part for part in (message.card.title, message.card.text) if part)
        if len(text) > self.capabilities.max_text_chars:
            raise DeliveryFailed("longer than the gateway takes", permanent=True)
        self.dispatched.append(Dispatched(to, text))
        log.info("gateway_loopback", gateway=self.name, characters=len(text))
        return Receipt(external_id=f"{self.name}-{message.idempotency_key}")

    async def typing(self, to: Address) -> None:
        raise DeliveryFailed(f"{self.name} has no signs", permanent=True)

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        raise DeliveryFailed(f"{self.name} cannot change what was sent", permanent=True)

    def fetch(self, file: FileRef) -> AsyncIterator[bytes]:
        raise FetchFailed(f"{self.name} receives no files", permanent=True)

    async def release(self, file: FileRef) -> None:
        """Nothing is held."""
