"""Tables of the files' room."""

from sqlalchemy import BigInteger, Index, String, Table

from core.kit.db import Instant, key, metadata, plain, sealed

file = Table(
    "file",
    metadata,
    key(),
    plain("client_id", BigInteger, nullable=True),
    sealed("name", "content", nullable=False),
    plain("media_type", String(100)),
    plain("size", BigInteger),
    plain("sha256", String(64)),
    plain("handle", String(200)),
    plain("preview_handle", String(200), default=""),
    sealed("inspection", "content", "json", nullable=False),
    plain("kept_at", Instant),
)
Index("ix_file_sha256", file.c.sha256)
