"""Tables of the catalogue."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from core.kit.db import Instant, Json, key, metadata, plain

flow_version = Table(
    "flow_version",
    metadata,
    key(),
    plain("flow", String(60)),
    plain("version", Integer),
    plain("name", Json),
    plain("meta", Json),  # country, visa and the like: what a checklist template is looked up by
    plain("source", LargeBinary),  # the YAML as it was published, byte for byte
    plain("sha256", String(64)),
    plain("published_at", Instant),
    UniqueConstraint("flow", "version"),
)
Index("ix_flow_version_flow", flow_version.c.flow)

text_override = Table(
    "text_override",
    metadata,
    key(),
    plain("text_key", String(80)),
    plain("language", String(10)),
    plain("words", Text, nullable=True),  # None: the built-in ones again
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    UniqueConstraint("text_key", "language"),
)
