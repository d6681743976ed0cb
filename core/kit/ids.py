"""Identifiers that are made in Python: time-ordered 64-bit row ids and opaque random tokens."""

import secrets
import threading
import time

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_SEQUENCE_BITS = 22  # 41 bits of milliseconds reach until the year 2093 and keep the sign bit free

_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """A positive 63-bit id: milliseconds since 2024 above, random below, strictly rising within one process.

    Two processes may interleave, so nobody may read "id greater than the last" as a cursor of what is new.
    """
    global _last
    now = int(time.time() * 1000) - EPOCH_MS
    candidate = (now << _SEQUENCE_BITS) | secrets.randbits(_SEQUENCE_BITS - 2)
    with _lock:
        _last = max(candidate, _last + 1)
        return _last


def made_since(seconds: float) -> int:
    """The least id that this machine's clock may have given so many seconds ago."""
    return (int((time.time() - seconds) * 1000) - EPOCH_MS) << _SEQUENCE_BITS


def new_token() -> str:
    """An opaque token of 128 random bits, 22 characters of ``A-Za-z0-9_-``: fits every channel's button payload."""
    return secrets.token_urlsafe(16)


def new_secret() -> str:
    """A bearer secret of 256 random bits; store only its digest."""
    return secrets.token_urlsafe(32)
