"""Tables of the web chat: who sits at the page, and what the page shows. This channel's platform is ourselves."""

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, String, Table, UniqueConstraint

from core.kit.db import Instant, key, metadata, plain, sealed

_SEAT = {"chat": ("webchat", "account", "visitor")}  # whose it is, see core.wiring.belongings

web_session = Table(
    "web_session",
    metadata,
    key(),
    plain("digest", LargeBinary(32), unique=True),  # of the cookie's secret
    plain("account", String(100)),
    plain("visitor", String(100)),  # the external id of whoever sits there
    plain("created_at", Instant),
    plain("expires_at", Instant),
    info=_SEAT,
)

web_chat = Table(
    "web_chat",
    metadata,
    key(),
    plain("account", String(100)),
    plain("visitor", String(100)),
    plain("last", BigInteger, default=0),  # the newest cursor
    UniqueConstraint("account", "visitor"),
    info=_SEAT,
)

web_message = Table(
    "web_message",
    metadata,
    key(),
    plain("chat_id", BigInteger),
    plain("cursor", BigInteger),  # rises with every message and every redraw of this chat
    plain("external_id", String(100)),  # the page's own id of what it sent, or ours
    plain("sender", String(10)),  # me, bot, person
    plain("at", Instant),
    plain("redrawn", Boolean, default=False),
    sealed("body", "content", "json", nullable=False),
    UniqueConstraint("chat_id", "external_id"),
    info={"under": ("web_chat", "chat_id")},
)
Index("ix_web_message_cursor", web_message.c.chat_id, web_message.c.cursor)
