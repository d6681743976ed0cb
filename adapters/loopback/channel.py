"""The loopback channel: what is sent lies in a list, what arrives is said by the test."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from core.channel.capabilities import Capabilities
from core.channel.inbound import Address, FileArrived, FileRef, Inbound, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.channel.port import DeliveryFailed, FetchFailed, Unreadable

_INBOUND: TypeAdapter[Inbound] = TypeAdapter(Inbound)
CHUNK = 64 * 1024
LONGEST = 100  # characters of the id of a chat


@dataclass(slots=True)
class Sent:
    """One message as a chat shows it now; `redrawn` counts how often it was replaced."""

    to: Address
    external_id: str
    message: OutboundMessage
    redrawn: int = 0


@dataclass
class LoopbackChannel:
    """Implements `core.channel.port.Channel` without any platform."""

    account: str = "test"
    name: str = "loopback"
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            buttons=True,
            edit=True,
            proactive=True,
            typing=True,
            files_in=True,
            files_out=True,
            max_file_in=200 * 2**20,
            max_text_chars=100_000,
        )
    )
    sent: list[Sent] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    typed: list[Address] = field(default_factory=list)  # where it was shown that an answer is coming
    failures: list[DeliveryFailed] = field(default_factory=list)  # raised by the next sends, first one first

    def parse(self, update: Update) -> Inbound:
        """A chat of this account only, and never the fetcher's own update: that one is not a person's to send."""
        try:
            said = json.loads(update.raw)
            json.dumps(said, ensure_ascii=False).encode()  # halves of characters cannot be kept: UnicodeEncodeError
            inbound = _INBOUND.validate_python(said)
        except (ValueError, ValidationError, RecursionError) as error:
            raise Unreadable(type(error).__name__) from error
        here = (inbound.address.channel, inbound.address.account)
        if isinstance(inbound, FileArrived) or here != (update.channel, update.account):
            raise Unreadable("not from this channel")
        if len(inbound.address.chat) > LONGEST or "\x00" in inbound.address.chat:
            raise Unreadable("no such chat")
        return inbound

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        """A message with the same idempotency key is sent once, as the better platforms do."""
        if self.failures:
            raise self.failures.pop(0)
        external_id = f"m{message.idempotency_key}"
        if all(each.external_id != external_id for each in self.sent):
            self.sent.append(Sent(to, external_id, message))
        return Receipt(external_id=external_id)

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        for each in self.sent:
            if each.external_id == external_id:
                each.message, each.redrawn = message, each.redrawn + 1
                return
        raise DeliveryFailed("no such message", permanent=True)

    async def typing(self, to: Address) -> None:
        self.typed.append(to)

    async def fetch(self, file: FileRef) -> AsyncIterator[bytes]:
        data = self.files.get(file.handle)
        if data is None:
            raise FetchFailed("no such file", permanent=True)
        for start in range(0, len(data), CHUNK):
            yield data[start : start + CHUNK]

    async def release(self, file: FileRef) -> None:
        """The test keeps its file."""
