"""Links to originals: signed, for one person and one version, valid for ten minutes."""

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
VALID: Final = timedelta(minutes=10)
_SHAPE: Final = struct.Struct(">QQQ")  # staff, version, end in seconds since 1970
_LONGEST: Final = 200  # characters of a token that is looked at


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may open which version."""

    staff_id: int
    version_id: int


class OriginalLinks:
    """Makes the links and reads them. The link names nobody and nothing that can be read without the database."""

    def __init__(self, key: bytes, base_url: str) -> None:
        """``key``: 32 bytes for this purpose alone; ``base_url``: how people reach this house."""
        self._key = key
        self._base_url = base_url

    def link(self, person: Pass, now: datetime) -> str:
        """The address, valid from now on for `VALID`."""
        said = _SHAPE.pack(person.staff_id, person.version_id, int((now + VALID).timestamp()))
        token = base64.urlsafe_b64encode(said + self._mac(said)).rstrip(b"=").decode()
        return f"{self._base_url}/originals/{token}"

    def read(self, token: str, now: datetime) -> Pass:
        """Raises NotFound for a token that is not ours, Stale for one whose time is over."""
        try:
            whole = base64.b64decode(token[:_LONGEST] + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError) as wrong:
            raise NotFound(thing="link") from wrong
        said, mac = whole[: _SHAPE.size], whole[_SHAPE.size :]
        if not hmac.compare_digest(mac, self._mac(said)):
            raise NotFound(thing="link")
        staff_id, version_id, end = _SHAPE.unpack(said)
        if datetime.fromtimestamp(end, UTC) <= now:
            raise Stale(reason="link")
        return Pass(staff_id, version_id)

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)
