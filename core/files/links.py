"""Signed links to files: an original for one member of staff, a file from a person for one client; both run out."""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from core.kit.errors import NotFound, Stale

PURPOSE: Final = "original link"
SENT_PURPOSE: Final = "sent file link"
VALID: Final = timedelta(minutes=10)
SENT_VALID: Final = timedelta(days=3)  # a client may read his messages in the evening
_SHAPE: Final = struct.Struct(">QQQ")  # who, what, end in seconds since 1970
_LONGEST: Final = 200  # characters of a token that is looked at


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may open which version."""

    staff_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """Which client may open which file that a person has sent him."""

    client_id: int
    file_id: int


class _Tokens:
    """Two numbers and an end, signed: they name nobody and nothing that can be read without the database."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, who: int, what: int, end: datetime) -> str:
        said = _SHAPE.pack(who, what, int(end.timestamp()))
        return base64.urlsafe_b64encode(said + self._mac(said)).rstrip(b"=").decode()

    def read(self, token: str, now: datetime) -> tuple[int, int]:
        """Raises NotFound for a token that is not ours, Stale for one whose time is over."""
        try:
            whole = base64.b64decode(token[:_LONGEST] + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError) as wrong:
            raise NotFound(thing="link") from wrong
        said, mac = whole[: _SHAPE.size], whole[_SHAPE.size :]
        if not hmac.compare_digest(mac, self._mac(said)):
            raise NotFound(thing="link")
        who, what, end = _SHAPE.unpack(said)
        if datetime.fromtimestamp(end, UTC) <= now:
            raise Stale(reason="link")
        return who, what

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)


class OriginalLinks:
    """Makes the links to originals and reads them."""

    def __init__(self, key: bytes, base_url: str) -> None:
        """``key``: 32 bytes for this purpose alone; ``base_url``: how people reach this house."""
        self._tokens = _Tokens(key)
        self._base_url = base_url

    def link(self, person: Pass, now: datetime) -> str:
        """The address, valid from now on for `VALID`."""
        return f"{self._base_url}/originals/{self._tokens.make(person.staff_id, person.version_id, now + VALID)}"

    def read(self, token: str, now: datetime) -> Pass:
        """Raises NotFound for a token that is not ours, Stale for one whose time is over."""
        return Pass(*self._tokens.read(token, now))


class SentLinks:
    """Makes the links to files that a person has sent, for channels that cannot send files, and reads them."""

    def __init__(self, key: bytes, base_url: str) -> None:
        """As OriginalLinks, with a key of its own."""
        self._tokens = _Tokens(key)
        self._base_url = base_url

    def link(self, parcel: Parcel, now: datetime) -> str:
        """The address, valid from now on for `SENT_VALID`."""
        return f"{self._base_url}/sent/{self._tokens.make(parcel.client_id, parcel.file_id, now + SENT_VALID)}"

    def read(self, token: str, now: datetime) -> Parcel:
        """Raises NotFound for a token that is not ours, Stale for one whose time is over."""
        return Parcel(*self._tokens.read(token, now))
