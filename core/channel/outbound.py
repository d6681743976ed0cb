"""What is sent: a semantic Card that every channel can show within its capabilities, and the Receipt of it."""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Button(BaseModel):
    """A way to press a waiting command. ``token`` names a ButtonToken row and carries no meaning itself."""

    model_config = ConfigDict(frozen=True)

    token: str
    label: str
    style: Literal["primary", "danger", "plain"] = "plain"


class Image(BaseModel):
    """A picture that the channel may show: a stored, re-encoded preview by its file id, or a flow's sample by name."""

    model_config = ConfigDict(frozen=True)

    file_id: int = 0
    sample: str = ""  # flow/name.png
    alt: str = ""


class Link(BaseModel):
    """An address that the reader may open; a channel that cannot show it as one writes it out."""

    model_config = ConfigDict(frozen=True)

    url: str
    label: str


class Card(BaseModel):
    """A message with structure: title, lines of text, facts, a picture, buttons. Plain text, never markup."""

    model_config = ConfigDict(frozen=True)

    title: str = ""
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # label, value
    image: Image | None = None
    link: Link | None = None
    more_images: tuple[Image, ...] = ()  # the other files of the same document
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    kind: str = ""  # semantic name such as "review" or "checklist", for styling only


class OutFile(BaseModel):
    """A checked file of the store that goes along, on a channel that can send files."""

    model_config = ConfigDict(frozen=True)

    handle: str
    name: str
    media_type: str
    size: int


class OutboundMessage(BaseModel):
    """One message to one chat. With a `file` its card has a link to the same file: a channel shows one of them."""

    model_config = ConfigDict(frozen=True)

    card: Card
    sender: Literal["bot", "person"] = "bot"
    sender_name: str = ""
    file: OutFile | None = None
    idempotency_key: str = Field(default="", description="for channels that can drop a repeated send")

    def on(self, *, files: bool) -> "OutboundMessage":
        """As a channel shows it that can send files, or cannot: there the link stands for the file."""
        if self.file is None:
            return self
        if not files:
            return self.model_copy(update={"file": None})
        return self.model_copy(update={"card": self.card.model_copy(update={"link": None, "footer": ""})})

    @property
    def looks(self) -> str:
        """64 hexadecimal digits: the same for two messages that show the same."""
        return hashlib.sha256(self.model_dump_json(exclude={"idempotency_key"}).encode()).hexdigest()


class Receipt(BaseModel):
    """The platform's answer to a send: its id of the message, needed to redraw it."""

    model_config = ConfigDict(frozen=True)

    external_id: str
