"""The form of an encrypted file on disk, written and read as a stream.

``b"BANLI\\x01" | length of wrapped key, 2 bytes | wrapped data key | chunks``. Every file has a data key of
its own, wrapped by the vault for exactly this handle. A chunk is up to 64 KiB of content under AES-256-GCM;
the nonce is its number and the associated data says whether it is the last one (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár, 2015). So chunks cannot be swapped, dropped, added or taken from
another file unnoticed.
"""

import hashlib
import os
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.kit.crypto import KEY_BYTES, TAG_BYTES, Tampered, Vault

MAGIC: Final = b"BANLI\x01"
CHUNK: Final = 64 * 1024
_MORE: Final = b"\x00"
_LAST: Final = b"\x01"


class SealedWriter:
    """Takes content in pieces of any size and writes whole chunks; `finish` writes the last one."""

    def __init__(self, out: BinaryIO, vault: Vault, handle: str) -> None:
        key = os.urandom(KEY_BYTES)
        wrapped = vault.wrap(f"file:{handle}", key)
        self._out = out
        self._cipher = AESGCM(key)
        self._rest = bytearray()
        self._number = 0
        self._hash = hashlib.sha256()
        self.size = 0
        out.write(MAGIC + len(wrapped).to_bytes(2, "big") + wrapped)

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        self._hash.update(piece)
        self._rest += piece
        while len(self._rest) > CHUNK:  # never the last one: that is known only at the end
            self._put(bytes(self._rest[:CHUNK]), _MORE)
            del self._rest[:CHUNK]

    def finish(self) -> str:
        """Write the last chunk; returns the SHA-256 of the content in hex."""
        self._put(bytes(self._rest), _LAST)
        return self._hash.hexdigest()

    def _put(self, chunk: bytes, place: bytes) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number), chunk, place))
        self._number += 1


def read_sealed(source: BinaryIO, vault: Vault, handle: str) -> Iterator[bytes]:
    """The content chunk by chunk, each verified. Raises Tampered."""
    cipher = AESGCM(vault.unwrap(f"file:{handle}", wrapped_key(source)))
    number = 0
    chunk = source.read(CHUNK + TAG_BYTES)
    while True:
        following = source.read(CHUNK + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number), chunk, _MORE if following else _LAST)
        except (InvalidTag, ValueError) as wrong:  # ValueError: shorter than a tag
            raise Tampered("a stored file was changed or cut") from wrong
        if not following:
            return
        chunk = following
        number += 1


def wrapped_key(source: BinaryIO) -> bytes:
    """The data key of the file as it is sealed; the content follows. Raises Tampered."""
    head = source.read(len(MAGIC) + 2)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + 2:
        raise Tampered("not a file of this store")
    return source.read(int.from_bytes(head[len(MAGIC) :], "big"))


def rewrapped(source: BinaryIO, vault: Vault, handle: str) -> Iterator[bytes]:
    """The same file with its data key under the vault's primary key; the content stays as it is. Raises Tampered."""
    wrapped = vault.wrap(f"file:{handle}", vault.unwrap(f"file:{handle}", wrapped_key(source)))
    yield MAGIC + len(wrapped).to_bytes(2, "big") + wrapped
    while piece := source.read(CHUNK * 16):
        yield piece


def _nonce(number: int) -> bytes:
    """Unique within the file, whose key serves no other."""
    return number.to_bytes(12, "big")
