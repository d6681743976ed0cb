"""The Channel protocol and the errors that a channel may raise. Everything else a channel raises is a bug."""

from collections.abc import AsyncIterator
from typing import Protocol

from core.channel.capabilities import Capabilities
from core.channel.inbound import Address, FileRef, Inbound, Update
from core.channel.outbound import OutboundMessage, Receipt


class Channel(Protocol):
    """One account of one messenger. Methods that talk to the outside are async and hold no transaction."""

    name: str
    account: str
    capabilities: Capabilities

    def parse(self, update: Update) -> Inbound:
        """What the stored update means. Raises Unreadable for one that cannot be understood."""
        ...

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        """Deliver one message. Raises DeliveryFailed."""
        ...

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        """Replace a sent card; called only where capabilities.edit. An unchanged card is a success."""
        ...

    async def typing(self, to: Address) -> None:
        """Show for some seconds that an answer is coming; called only where capabilities.typing.

        Raises DeliveryFailed.
        """
        ...

    def fetch(self, file: FileRef) -> AsyncIterator[bytes]:
        """Stream a file that the platform holds. Raises FetchFailed."""
        ...

    async def release(self, file: FileRef) -> None:
        """The file is in our store now: a copy that the channel held for us may go. Never raises."""
        ...


class Unreadable(Exception):
    """The update does not have the shape that the platform documents; it is kept and parked as a dead letter."""


class DeliveryFailed(Exception):
    """A send that did not go through.

    ``permanent``: do not try again. ``ambiguous``: it may have arrived (time-out after the request left).
    ``retry_after``: seconds that the platform asks us to wait. ``blocked``: the person does not want us.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        blocked: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent or blocked
        self.ambiguous = ambiguous
        self.blocked = blocked
        self.retry_after = retry_after


class FetchFailed(Exception):
    """A file that could not be had; ``permanent`` means that asking again is of no use."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
