"""Tables of the clients' room."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Table, UniqueConstraint

from core.kit.db import Instant, blind, key, metadata, plain, sealed

client = Table(
    "client",
    metadata,
    key(),
    sealed("name", "identity", nullable=False),
    sealed("phone", "contact"),
    blind("phone_index"),
    sealed("email", "contact"),
    blind("email_index"),
    plain("language", String(10)),
    plain("source", String(20)),
    plain("created_at", Instant),
)
Index("ix_client_phone", client.c.phone_index)
Index("ix_client_email", client.c.email_index)

client_identity = Table(
    "client_identity",
    metadata,
    key(),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    plain("channel", String(40)),
    plain("account", String(100)),
    plain("external_id", String(200)),
    plain("bound_at", Instant),
    UniqueConstraint("channel", "account", "external_id"),
)
Index("ix_client_identity_client", client_identity.c.client_id)

client_tag = Table(
    "client_tag",
    metadata,
    key(),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    sealed("tag", "content", nullable=False),  # as it was first written
    blind("tag_index", nullable=False),  # of the word in one form, see core.clients.tags
    plain("by_id", BigInteger, nullable=True),  # the member of staff; None: a rule
    plain("at", Instant),
    plain("removed_at", Instant, nullable=True),
    UniqueConstraint("client_id", "tag_index"),
)
Index("ix_client_tag_index", client_tag.c.tag_index)
