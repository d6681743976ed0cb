"""What arrives from a messenger: an Update (stored raw) that parses into exactly one inbound kind."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_TEXT_IN = 10_000  # characters; longer texts are cut on arrival, the raw update keeps everything


class Address(BaseModel):
    """Where a chat is: one account of one channel, one chat in it."""

    model_config = ConfigDict(frozen=True)

    channel: str  # folder name of the channel, e.g. "webchat"
    account: str  # which account of that channel, e.g. a bot name
    chat: str  # the platform's id of the chat

    @property
    def key(self) -> str:
        """The conversation key: unique over all channels and accounts."""
        return f"{self.channel}:{self.account}:{self.chat}"


class FileRef(BaseModel):
    """A file that the platform holds for us; ``handle`` is what the channel's ``fetch`` needs."""

    model_config = ConfigDict(frozen=True)

    handle: str
    name: str = ""
    media_type: str = ""  # as claimed by the sender; never trusted
    size: int | None = None  # bytes, as claimed


class _Inbound(BaseModel):
    model_config = ConfigDict(frozen=True)

    address: Address
    sender: str  # the platform's id of the person, which in a group is not the chat
    sender_name: str = ""
    locale: str = ""  # as the platform tells it, e.g. "zh-hans"
    sent_at: datetime | None = None


class InboundMessage(_Inbound):
    """Words, a file, or something that only has a name (sticker, voice, location ...)."""

    type: Literal["message"] = "message"
    text: str = ""
    file: FileRef | None = None
    case_id: int = 0  # the case for which a door of ours was opened; 0: the one that the chat is about
    item_id: int = 0  # the item for which it was opened; 0: none in particular
    album: str = ""  # the platform's id of files that were sent together; empty: it gives none
    other: str = ""  # kind of a message that carries neither text nor a readable file


class ButtonPress(_Inbound):
    """A press on a button that we sent. ``token`` is opaque; everything it means is on the server."""

    type: Literal["press"] = "press"
    token: str
    message_id: str = ""  # the platform's id of the message that carries the button


class ContactEvent(_Inbound):
    """The person entered, left, blocked or unblocked us."""

    type: Literal["contact"] = "contact"
    event: Literal["entered", "left", "blocked", "unblocked"]
    payload: str = ""  # a start parameter of an invitation link


class FileArrived(_Inbound):
    """Our own fetcher's second update for a file: it is in the store, or it could not be had."""

    type: Literal["file_arrived"] = "file_arrived"
    message_update: int  # inbox id of the update that announced the file
    file_id: int | None  # id of the stored file; None when fetching failed for good
    problem: str = ""  # verdict code when there is no file or it was refused
    name: str = ""
    caption: str = ""
    case_id: int = 0  # as announced
    item_id: int = 0
    album: str = ""
    handoff_id: int = 0  # the chat that a member of staff held when he sent it; 0: none, so no client gets it


Inbound = Annotated[InboundMessage | ButtonPress | ContactEvent | FileArrived, Field(discriminator="type")]


class Update(BaseModel):
    """One delivery of a platform, before anybody looks into it.

    ``platform_id`` is the platform's own id of the delivery: (channel, account, platform_id) is stored once, however
    often it is delivered. ``raw`` is kept byte for byte; the channel parses it later, one by one, so that a malformed
    update harms no other.
    """

    model_config = ConfigDict(frozen=True)

    channel: str
    account: str
    platform_id: str
    conversation: str  # conversation key: order is kept within it
    raw: bytes
