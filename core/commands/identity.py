"""Identity: invitations by which a client is bound to his file, his consent, and his rights over his data."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from core.commands.command import Command

Subject = tuple[str, str] | None


class InviteClient(Command):
    """A code, usable once, by which this client opens his file on any channel; an older one of his ends."""

    permission: ClassVar[str] = "identity.invite"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int


class ProveInvitation(Command):
    """Somebody unknown has said a code: does it open a file? Wrong ones are counted for his chat, for the account of
    the channel, and for the house."""

    permission: ClassVar[str] = "identity.prove"

    code: str = Field(max_length=100)
    chat: str  # conversation key
    account: str  # channel:account


class ConfirmInvitation(Command):
    """Yes, I am the one whose masked name was shown: bind this account to the invited client's file."""

    permission: ClassVar[str] = "identity.claim"

    invitation_id: int
    channel: str
    account: str
    external_id: str


class DeclineInvitation(Command):
    """No, that is somebody else: the code opens nothing any more, and whoever made it is told."""

    permission: ClassVar[str] = "identity.claim"

    invitation_id: int
    channel: str
    account: str
    external_id: str


class RecordConsent(Command):
    """The client agrees, or does not, that his personal data are worked with as the text says."""

    permission: ClassVar[str] = "client.consent"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    given: bool
    text: str = Field(pattern="^[0-9a-f]{16}$")  # which text he was shown
    case_id: int | None = None


class RecordPaperConsent(Command):
    """The client has signed on paper that his data are worked with: he is not asked in the chat."""

    permission: ClassVar[str] = "client.paper_consent"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    signed_on: date


class ReleaseFiles(Command):
    """What the client sent before he had agreed is fetched now, in all his chats."""

    permission: ClassVar[str] = "file.release"

    client_id: int


class AskDataRight(Command):
    """The client wants a copy of everything that is kept about him, or wants it deleted."""

    permission: ClassVar[str] = "client.data"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    right: Literal["export", "erase"]
    case_id: int | None = None


class SetGuardian(Command):
    """Another client (a parent) follows this client's cases and hands in documents for them, or does so no more."""

    permission: ClassVar[str] = "client.relate"
    about: ClassVar[Subject] = ("client", "client_id")

    client_id: int
    person_id: int  # the guardian's own client file
    notify: bool = True  # he is told what the client is told
    ends: bool = False
