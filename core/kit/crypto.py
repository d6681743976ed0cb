"""The vault: personal columns, lookup digests and file keys are sealed with AES-256-GCM under named keys.

A sealed value is ``format byte 0x01 | length of key id | key id | 96-bit nonce | ciphertext | 128-bit tag``.
The place where it belongs (table, column, row id) is associated data: a value that is copied into another row
or column does not open. From every 256-bit key of the ring HKDF-SHA256 (RFC 5869) derives separate keys for
columns, blind indexes, file keys and whatever ``derive`` is asked for, so no key serves two purposes.
"""

import base64
import binascii
import hmac
import os
import re
import sys
from collections.abc import Mapping
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
_FORMAT: Final = 1
_COLUMN: Final = b"\x01"  # first byte of the associated data of a column
_WRAP: Final = b"\x02"  # first byte of the associated data of a wrapped secret
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_REMEDY: Final = (
    "set BANLI_KEYS (or BANLI_KEYS_FILE, the path of a file) to one or more id:base64 keys of 32 bytes, "
    "separated by commas, the one for new values first; `python -m core.kit.crypto` prints a new one. Keep a "
    "copy apart from the backups: without its key nothing that was sealed can be read again"
)


class MissingKey(Exception):
    """The key ring is empty or a key in it cannot be used. Mend the setting that the message names."""


class Tampered(Exception):
    """The sealed value was changed, cut, or belongs to another place. Restore it from a backup."""


class UnknownKey(Tampered):
    """The value names a key that is not in the ring. Add the old key to BANLI_KEYS after the present one."""


class KeySource(Protocol):
    """What ``Vault.from_settings`` needs of the settings."""

    @property
    def keys(self) -> SecretStr | None: ...


class Vault:
    """Seals with the primary key, opens with any key of the ring. May be shared between threads."""

    __slots__ = ("_columns", "_heads", "_index", "_keys", "_places", "_wraps", "primary")

    def __init__(self, keys: Mapping[str, bytes], primary: str) -> None:
        """``keys`` maps key ids to 32 random bytes each. Raises MissingKey for an empty ring or a bad key."""
        if not keys:
            raise MissingKey(f"no encryption key is set: {_REMEDY}")
        if primary not in keys:
            raise MissingKey(f"the primary key {primary!r} is not among the keys: {_REMEDY}")
        for key_id, key in keys.items():
            _check_id(key_id)
            _check_length(key_id, key)
        self.primary = primary
        self._keys = dict(keys)
        self._columns = {key_id: AESGCM(_hkdf(key, "column")) for key_id, key in keys.items()}
        self._wraps = {key_id: AESGCM(_hkdf(key, "wrap")) for key_id, key in keys.items()}
        self._index = {key_id: _hkdf(key, "index") for key_id, key in keys.items()}
        self._heads = {key_id: bytes((_FORMAT, len(key_id))) + key_id.encode() for key_id in keys}
        self._places: dict[tuple[str, str], bytes] = {}

    @classmethod
    def from_settings(cls, settings: KeySource) -> "Vault":
        """The vault of ``settings.keys``; the first key is the primary one. Raises MissingKey."""
        ring = parse_keys(settings.keys.get_secret_value() if settings.keys else "")
        return cls(ring, next(iter(ring), ""))

    def __repr__(self) -> str:
        return f"Vault(keys={sorted(self._keys)}, primary={self.primary!r})"

    @property
    def head(self) -> bytes:
        """What every value begins with that the primary key has sealed."""
        return self._heads[self.primary]

    def head_of(self, key_id: str) -> bytes:
        """As `head`, for another key of the ring."""
        return self._heads[key_id]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Of every key of the ring."""
        return tuple(self._keys)

    def seal(self, table: str, column: str, row_id: int, plaintext: bytes) -> bytes:
        """Seal for exactly this cell; adds 30 bytes and the key id. ``row_id`` is a signed 64-bit id."""
        return self._seal(self._columns, self._place(table, column, row_id), plaintext)

    def open(self, table: str, column: str, row_id: int, sealed: bytes) -> bytes:
        """The plaintext of this cell. Raises Tampered if the value was changed or is another cell's."""
        return self._open(self._columns, self._place(table, column, row_id), sealed)

    def seal_text(self, table: str, column: str, row_id: int, text: str) -> bytes:
        return self.seal(table, column, row_id, text.encode())

    def open_text(self, table: str, column: str, row_id: int, sealed: bytes) -> str:
        """As ``open``. Raises Tampered also when the opened bytes are no UTF-8."""
        try:
            return self.open(table, column, row_id, sealed).decode()
        except UnicodeDecodeError as wrong:
            raise Tampered(f"{table}.{column} of row {row_id} is no text") from wrong

    def blind_index(self, column: str, value: str) -> bytes:
        """32 bytes by which an equal value of ``column`` is found; the caller normalises ``value`` first."""
        return _blind(self._index[self.primary], column, value)

    def blind_candidates(self, column: str, value: str) -> list[bytes]:
        """The blind index under every key, the primary first: what to look for while keys are rotated."""
        others = [key for key_id, key in self._index.items() if key_id != self.primary]
        return [_blind(key, column, value) for key in (self._index[self.primary], *others)]

    def wrap(self, context: str, secret: bytes) -> bytes:
        """Seal a secret that is no column, such as a file's data key; it opens with the same ``context``."""
        return self._seal(self._wraps, _WRAP + context.encode(), secret)

    def unwrap(self, context: str, wrapped: bytes) -> bytes:
        """The secret that was wrapped for ``context``. Raises Tampered."""
        return self._open(self._wraps, _WRAP + context.encode(), wrapped)

    def derive(self, purpose: str, key_id: str | None = None) -> bytes:
        """32 bytes for one ``purpose`` (audit chain, signed links ...), from the primary or the named key."""
        return _hkdf(self._keys[key_id or self.primary], f"purpose:{purpose}")

    def _place(self, table: str, column: str, row_id: int) -> bytes:
        place = self._places.get((table, column))
        if place is None:  # table and column names are few and come from code, so the cache is bounded
            names = (table.encode(), column.encode())
            place = _COLUMN + b"".join(len(name).to_bytes(2, "big") + name for name in names)
            self._places[table, column] = place
        return place + row_id.to_bytes(8, "big", signed=True)

    def _seal(self, ciphers: Mapping[str, AESGCM], place: bytes, plaintext: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return self._heads[self.primary] + nonce + ciphers[self.primary].encrypt(nonce, plaintext, place)

    def _open(self, ciphers: Mapping[str, AESGCM], place: bytes, sealed: bytes) -> bytes:
        key_id, body = _split(sealed)
        cipher = ciphers.get(key_id)
        if cipher is None:
            raise UnknownKey(f"sealed with the key {key_id!r}, which is not in BANLI_KEYS")
        try:
            return cipher.decrypt(sealed[body : body + NONCE_BYTES], sealed[body + NONCE_BYTES :], place)
        except InvalidTag as wrong:
            raise Tampered("a sealed value was changed or belongs to another place") from wrong


def key_id_of(sealed: bytes) -> str:
    """Which key a value was sealed with: a rotation re-seals all but the primary's. Raises Tampered."""
    return _split(sealed)[0]


def parse_keys(text: str) -> dict[str, bytes]:
    """``id:base64`` entries in order, parted by commas or white space. Raises MissingKey; tells no key."""
    ring: dict[str, bytes] = {}
    for place, entry in enumerate(text.replace(",", " ").split(), 1):
        key_id, colon, encoded = entry.partition(":")
        if not colon:
            raise MissingKey(f"entry {place} of BANLI_KEYS has no colon between id and key: {_REMEDY}")
        _check_id(key_id)
        if key_id in ring:
            raise MissingKey(f"BANLI_KEYS names the key {key_id!r} twice: {_REMEDY}")
        try:
            ring[key_id] = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise MissingKey(f"entry {place} of BANLI_KEYS is not base64: {_REMEDY}") from None
        _check_length(key_id, ring[key_id])
    return ring


def generate_key(key_id: str = "k1") -> str:
    """A new random key as one ``id:base64`` entry."""
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def _check_id(key_id: str) -> None:
    if not _KEY_ID.fullmatch(key_id):  # the message does not repeat it: id and key may have been swapped
        raise MissingKey(f"a key id in BANLI_KEYS is not 1 to 32 letters, digits, _ or -: {_REMEDY}")


def _check_length(key_id: str, key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise MissingKey(f"the key {key_id!r} has {len(key)} bytes instead of {KEY_BYTES}: {_REMEDY}")


def _hkdf(key: bytes, purpose: str) -> bytes:
    info = b"banli/1/" + purpose.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)


def _blind(key: bytes, column: str, value: str) -> bytes:
    name = column.encode()
    return hmac.digest(key, len(name).to_bytes(2, "big") + name + value.encode(), "sha256")


def _split(sealed: bytes) -> tuple[str, int]:
    """Key id and the offset of the nonce."""
    if len(sealed) < 2 or sealed[0] != _FORMAT:
        raise Tampered("not a sealed value")
    body = 2 + sealed[1]
    if len(sealed) < body + NONCE_BYTES + TAG_BYTES:
        raise Tampered("a sealed value is cut short")
    return sealed[2:body].decode("ascii", "replace"), body


if __name__ == "__main__":
    sys.stdout.write(generate_key() + "\n")
