"""Signed tokens: a few numbers and an end, which nobody can change and nobody needs a table for."""

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import UTC, datetime
from typing import Final

from core.kit.errors import NotFound, Stale

_LONGEST: Final = 200  # characters of a token that is looked at


class SignedTokens:
    """Makes and reads the tokens of one purpose: ``count`` numbers of 0 to 2**64 - 1 each, and when it ends."""

    def __init__(self, key: bytes, count: int, reason: str) -> None:
        """``key``: 32 bytes for this purpose alone; ``reason``: what the sentence is called that says it is over."""
        self._key = key
        self._shape = struct.Struct(f">{count + 1}Q")
        self._reason = reason

    def make(self, *numbers: int, until: datetime) -> str:
        """About 16 characters for every number, of those that stand in an address as they are."""
        said = self._shape.pack(*numbers, int(until.timestamp()))
        return _spelt(said + self._mac(said)).decode()

    def read(self, token: str, now: datetime) -> tuple[tuple[int, ...], datetime]:
        """The numbers and the end. Raises NotFound for a token that is not ours, Stale for one whose time is over."""
        try:
            whole = base64.b64decode(token[:_LONGEST] + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError) as wrong:
            raise NotFound(thing="link", reason="link") from wrong
        said, mac = whole[: self._shape.size], whole[self._shape.size :]
        if len(said) < self._shape.size or not hmac.compare_digest(mac, self._mac(said)):
            raise NotFound(thing="link", reason="link")
        if not hmac.compare_digest(token.encode(), _spelt(whole)):  # base64 has more than one way to say the same
            raise NotFound(thing="link", reason="link")
        *numbers, end = self._shape.unpack(said)
        until = datetime.fromtimestamp(end, UTC)
        if until <= now:
            raise Stale(reason=self._reason)
        return tuple(numbers), until

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)


def _spelt(whole: bytes) -> bytes:
    """As it stands in an address."""
    return base64.urlsafe_b64encode(whole).rstrip(b"=")
