"""Tables of the files' room."""

from sqlalchemy import BigInteger, Boolean, Index, String, Table, false, text

from core.kit.db import Instant, blind, key, metadata, plain, sealed

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
    blind("digest"),  # of client and content: finds what this client has sent before, and nobody else's
    plain("retention", String(20), default="original"),  # original, proof; a preview is one by its column
    plain("unplaced", Boolean, default=False, server_default=false()),  # a client's file that is on no item
)
UNPLACED = text("unplaced")
Index("ix_file_unplaced", file.c.client_id, sqlite_where=UNPLACED, postgresql_where=UNPLACED)
Index("ix_file_sha256", file.c.sha256)
Index("ix_file_client", file.c.client_id)
Index("ix_file_digest", file.c.digest)
