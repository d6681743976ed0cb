"""Lock keys: who may write to a conversation or a case at the moment."""

import hashlib
from collections.abc import Collection

from sqlalchemy import Connection, text

_TAKE = text(
    "SELECT pg_advisory_xact_lock(k) FROM (SELECT unnest(CAST(:keys AS bigint[])) AS k ORDER BY 1) AS sorted_keys"
)


def conversation_key(conversation: str) -> str:
    return "conversation:" + conversation


def case_key(case_id: int) -> str:
    return f"case:{case_id}"


def number_of(key: str) -> int:
    """The 64-bit number that PostgreSQL locks; two keys with one number only wait for each other needlessly."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def take(connection: Connection, keys: Collection[str]) -> Collection[str] | None:
    """Take the keys for this transaction, in one order for everybody. None: the one writer holds everything."""
    if connection.dialect.name != "postgresql":
        return None
    if keys:
        connection.execute(_TAKE, {"keys": sorted({number_of(key) for key in keys})})
    return keys
