"""The web chat as a channel: sending puts a message where the page looks; fetching reads what the page uploaded."""

import asyncio
from collections.abc import AsyncIterator

from adapters.webchat import feed
from adapters.webchat.config import WebchatConfig
from adapters.webchat.hub import Hub
from adapters.webchat.parse import parse
from adapters.webchat.render import body_of
from core.channel.capabilities import Capabilities
from core.channel.inbound import Address, FileRef, Inbound, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.channel.port import FetchFailed
from core.files.store_port import FileGone, FileStore
from core.store.store import Store, Unit

NAME = "webchat"


class WebchatChannel:
    """Implements `core.channel.port.Channel`. The hub wakes the pages of a chat."""

    def __init__(self, config: WebchatConfig, store: Store, files: FileStore, hub: Hub) -> None:
        self.name = NAME
        self.account = config.account
        self.capabilities = Capabilities(
            buttons=True,
            edit=True,
            proactive=True,
            typing=True,
            files_in=True,
            files_out=False,  # the page shows a link to the file
            max_file_in=config.max_file_bytes,
            max_text_chars=config.max_text_chars,
        )
        self._store = store
        self._files = files
        self._hub = hub

    def parse(self, update: Update) -> Inbound:
        return parse(update)

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        """Sending the same notice again shows it once: the page knows it by its idempotency key."""
        external_id = f"n{message.idempotency_key}"
        sender = "person" if message.sender == "person" else "bot"
        key = feed.lock_key(to.account, to.chat)
        body = body_of(message)
        unit = Unit(lambda uow: feed.show(uow, to.account, to.chat, external_id, sender, body), frozenset({key}))
        await asyncio.wrap_future(self._store.submit(unit))
        self._hub.ring(to.account, to.chat)
        return Receipt(external_id=external_id)

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        key = feed.lock_key(to.account, to.chat)
        body = body_of(message)
        unit = Unit(lambda uow: feed.replace(uow, to.account, to.chat, external_id, body), frozenset({key}))
        await asyncio.wrap_future(self._store.submit(unit))
        self._hub.ring(to.account, to.chat)

    async def typing(self, to: Address) -> None:
        """Seen by the pages that this process serves and that hold a stream; the next message ends it."""
        self._hub.sign(to.account, to.chat)

    async def fetch(self, file: FileRef) -> AsyncIterator[bytes]:
        try:
            chunks = await asyncio.to_thread(self._files.open, file.handle)
            while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                yield chunk
        except FileGone as gone:
            raise FetchFailed("the upload is gone", permanent=True) from gone

    async def release(self, file: FileRef) -> None:
        await asyncio.to_thread(self._files.delete, file.handle)
