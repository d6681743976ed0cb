"""The Channel protocol and the errors that a channel may raise. Everything else a channel raises is a bug."""

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable

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


class Line(Protocol):
    """What a connection is given by whoever keeps it up."""

    def alive(self) -> None:
        """The platform has just shown that it is there: say so at its welcome, and at every sign of life after that.

        A connection without one for ninety seconds is cancelled and made anew.
        """
        ...

    async def receive(self, update: Update) -> None:
        """Hand in one delivery. It returns when the delivery is committed: acknowledge it then, and not before.

        Raises Busy when it was not kept: do not acknowledge; let it leave `connect`, or ask for it again. Several may
        be handed in at once; their order is that of the calls. A delivery that was handed in before leaves no trace.
        """
        ...


@runtime_checkable
class Connected(Channel, Protocol):
    """A channel whose platform delivers over a connection that we keep: a long poll, a socket. One at a time."""

    async def connect(self, line: Line) -> None:
        """Make one connection and take in what comes over it, for as long as it lives.

        Raises ConnectFailed when it cannot be made or has ended; it may also return. To make it again, when, and by
        which process, is not the adapter's concern. When it is cancelled it closes its end at once, without waiting for
        the platform: another process may be about to connect. A delivery that nobody understands is handed in like any
        other: one that raised here would come again for ever.
        """
        ...


@runtime_checkable
class Invites(Protocol):
    """A channel that a link leads to."""

    def invitation(self, code: str) -> str:
        """The address that opens a chat with this account and hands in the code, as a ContactEvent's payload."""
        ...


@runtime_checkable
class Closes(Protocol):
    """A channel that keeps something open: connections of a client."""

    async def close(self) -> None:
        """Nothing is sent any more. Never raises."""
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


class ConnectFailed(Exception):
    """A connection that could not be made, or has ended. ``retry_after``: seconds that the platform asks us to wait."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
