"""Signed links: to an original for one member of staff, to a file from a person for one client, for an upload."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.kit.signing import SignedTokens

PURPOSE: Final = "original link"
UPLOAD_PURPOSE: Final = "upload link"
SENT_PURPOSE: Final = "sent file link"
VALID: Final = timedelta(minutes=10)
SENT_VALID: Final = timedelta(days=3)  # a client may read his messages in the evening
UPLOAD_VALID: Final = timedelta(hours=1)  # long enough to walk over to the computer where the scan lies


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may open which version."""

    staff_id: int
    version_id: int


class OriginalLinks:
    """Makes the links and reads them. The link names nobody and nothing that can be read without the database."""

    def __init__(self, key: bytes, base_url: str) -> None:
        """``key``: 32 bytes for this purpose alone; ``base_url``: how people reach this house."""
        self._tokens = SignedTokens(key, 2, "link")
        self._base_url = base_url

    def link(self, person: Pass, now: datetime) -> str:
        """The address, valid from now on for `VALID`."""
        token = self._tokens.make(person.staff_id, person.version_id, until=now + VALID)
        return f"{self._base_url}/originals/{token}"

    def read(self, token: str, now: datetime) -> Pass:
        """Raises NotFound for a token that is not ours, Stale for one whose time is over."""
        (staff_id, version_id), _ = self._tokens.read(token, now)
        return Pass(staff_id, version_id)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whose files come in, into which of his chats, for which case and item (0: for whatever they turn out to be)."""

    client_id: int
    conversation_id: int
    case_id: int
    item_id: int
    until: datetime


class UploadLinks:
    """Makes the links for uploads and reads them; whether the case is still open is asked when one is used."""

    def __init__(self, key: bytes, base_url: str) -> None:
        """As for OriginalLinks."""
        self._tokens = SignedTokens(key, 4, "upload_link")
        self._base_url = base_url

    def link(self, opening: Opening) -> str:
        numbers = (opening.client_id, opening.conversation_id, opening.case_id, opening.item_id)
        return f"{self._base_url}/upload/{self._tokens.make(*numbers, until=opening.until)}"

    def read(self, token: str, now: datetime) -> Opening:
        """Raises NotFound for a token that is not ours, Stale for one whose time is over."""
        (client_id, conversation_id, case_id, item_id), until = self._tokens.read(token, now)
        return Opening(client_id, conversation_id, case_id, item_id, until)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Which client may open which file that a person has sent him."""

    client_id: int
    file_id: int


class SentLinks:
    """Makes the links to files that a person has sent, for channels that cannot send files, and reads them."""

    def __init__(self, key: bytes, base_url: str) -> None:
        """As for OriginalLinks."""
        self._tokens = SignedTokens(key, 2, "link")
        self._base_url = base_url

    def link(self, parcel: Parcel, now: datetime) -> str:
        """The address, valid from now on for `SENT_VALID`."""
        return f"{self._base_url}/sent/{self._tokens.make(parcel.client_id, parcel.file_id, until=now + SENT_VALID)}"

    def read(self, token: str, now: datetime) -> Parcel:
        """Raises NotFound for a token that is not ours, Stale for one whose time is over."""
        (client_id, file_id), _ = self._tokens.read(token, now)
        return Parcel(client_id, file_id)
