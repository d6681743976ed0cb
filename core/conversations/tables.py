"""Tables of the conversations' room."""

from sqlalchemy import BigInteger, Index, Integer, String, Table

from core.kit.db import Instant, key, metadata, plain, sealed

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
