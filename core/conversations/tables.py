"""Tables of the conversations' room."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Table, text

from core.kit.db import Instant, Json, key, metadata, plain, sealed

conversation = Table(
    "conversation",
    metadata,
    key(),
    plain("key", String(300), unique=True),  # channel:account:chat
    plain("channel", String(40)),
    plain("account", String(100)),
    plain("chat", String(200)),
    plain("client_id", BigInteger, nullable=True),
    plain("staff_id", BigInteger, nullable=True),
    plain("case_id", BigInteger, nullable=True),  # the case that is talked about
    sealed("dialog", "content", "json"),  # what was asked last, so that the answer finds its place
    sealed("burst", "content", "json"),  # the files that come one after the other, see core.conversations.burst
    plain("language", String(10)),
    plain("mode", String(10), default="bot"),  # bot, human
    plain("misunderstood", Integer, default=0),
    plain("last_in_at", Instant, nullable=True),
    plain("version", Integer, default=0),
)
Index("ix_conversation_client", conversation.c.client_id)
Index("ix_conversation_staff", conversation.c.staff_id)

message = Table(
    "message",
    metadata,
    key(),
    plain("conversation_id", BigInteger),
    plain("case_id", BigInteger, nullable=True),
    plain("direction", String(4)),  # in, out
    plain("sender", String(10)),  # client, staff, bot
    plain("sender_id", BigInteger, nullable=True),
    plain("kind", String(20)),  # text, file, press, contact, other, card
    sealed("body", "content", "json", nullable=False),
    plain("at", Instant),
    plain("entry_id", BigInteger, nullable=True),  # inbox id of what arrived, outbox id of what was sent
)
Index("ix_message_conversation", message.c.conversation_id, message.c.id)

handoff = Table(
    "handoff",
    metadata,
    key(),
    plain("conversation_id", BigInteger, ForeignKey("conversation.id")),
    plain("case_id", BigInteger, nullable=True),
    plain("client_id", BigInteger),
    plain("reason", String(20)),  # word, button, anger, misunderstood
    plain("state", String(10), default="waiting"),  # waiting, held, ended
    plain("called", Json),  # ids of the staff who were asked, and so may see it
    plain("holder_id", BigInteger, nullable=True),
    plain("escalated", Integer, default=0),  # how often more people were called
    plain("asked_at", Instant),
    plain("taken_at", Instant, nullable=True),
    plain("active_at", Instant),  # a holder of several writes in the one that was active last
    plain("ended_at", Instant, nullable=True),
)
_OPEN = text("state IN ('waiting', 'held')")
Index("ix_handoff_conversation", handoff.c.conversation_id)
Index("ix_handoff_holder", handoff.c.holder_id, sqlite_where=_OPEN, postgresql_where=_OPEN)
