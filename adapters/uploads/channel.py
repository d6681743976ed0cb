"""The upload page as a source of files: what it takes says where it belongs, and is answered in the client's chat."""

import asyncio
from collections.abc import AsyncIterator

from pydantic import ValidationError

from core.channel.capabilities import Capabilities
from core.channel.inbound import Address, FileRef, Inbound, InboundMessage, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.channel.port import DeliveryFailed, FetchFailed, Unreadable
from core.files.store_port import FileGone, FileStore

NAME, ACCOUNT = "uploads", "page"


class UploadsChannel:
    """Implements `core.channel.port.Channel` for what comes in; nobody is ever written to here."""

    def __init__(self, files: FileStore, max_file_bytes: int) -> None:
        self.name = NAME
        self.account = ACCOUNT
        self.capabilities = Capabilities(
            buttons=False,
            edit=False,
            proactive=False,
            files_in=True,
            files_out=False,
            max_file_in=max_file_bytes,
            max_text_chars=0,
        )
        self._files = files

    def parse(self, update: Update) -> Inbound:
        """A message from the chat for which the link was made. Raises Unreadable."""
        try:
            return InboundMessage.model_validate_json(update.raw)
        except ValidationError as error:
            raise Unreadable(type(error).__name__) from error

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        raise DeliveryFailed("the upload page shows no messages", permanent=True)

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        raise DeliveryFailed("the upload page shows no messages", permanent=True)

    async def typing(self, to: Address) -> None:
        raise DeliveryFailed("the upload page shows no signs", permanent=True)

    async def fetch(self, file: FileRef) -> AsyncIterator[bytes]:
        try:
            chunks = await asyncio.to_thread(self._files.open, file.handle)
            while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                yield chunk
        except FileGone as gone:
            raise FetchFailed("the upload is gone", permanent=True) from gone

    async def release(self, file: FileRef) -> None:
        await asyncio.to_thread(self._files.delete, file.handle)
