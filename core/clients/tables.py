"""Tables of the clients' room."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Table, UniqueConstraint, false

from core.kit.db import Instant, Json, blind, key, metadata, plain, sealed

client = Table(
    "client",
    metadata,
    key(),
    sealed("name", "identity", nullable=False),
    sealed("phone", "contact"),
    blind("phone_index"),
    sealed("email", "contact"),
    blind("email_index"),
    sealed("sex", "identity"),  # female, male, other
    sealed("birth_date", "identity"),  # ISO
    sealed("passport_no", "identity"),
    blind("passport_index"),
    plain("language", String(10)),
    plain("source", String(20)),
    plain("created_at", Instant),
    plain("zone", String(60), nullable=True),  # IANA name; None: the agency's
    plain("reminded_on", String(10), nullable=True),  # day of the last reminder on his calendar, ISO
    plain("snoozed_until", String(10), nullable=True),  # day on which he wants to be reminded instead
    plain("consent_asked_at", Instant, nullable=True),  # he has been asked, or has signed on paper: once is enough
    plain("edition", Integer, default=0, server_default="0"),  # raised when somebody edits what stands in his file
    plain("promotion_off_at", Instant, nullable=True),  # since when he wants no messages that advertise
    plain("erased_at", Instant, nullable=True),  # nothing that is personal is left
)
Index("ix_client_phone", client.c.phone_index)
Index("ix_client_email", client.c.email_index)
Index("ix_client_passport", client.c.passport_index)

client_identity = Table(
    "client_identity",
    metadata,
    key(),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    plain("channel", String(40)),
    plain("account", String(100)),
    plain("external_id", String(200)),
    plain("bound_at", Instant),
    plain("invited", Boolean, default=False, server_default=false()),  # by a code that he had; nothing reads it yet
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
guardian = Table(  # whoever follows the cases of another client, a parent for instance
    "guardian",
    metadata,
    key(),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    plain("person_id", BigInteger, ForeignKey("client.id")),  # the guardian: a client file with accounts of its own
    plain("notify", Boolean),
    plain("ended", Boolean, default=False),
    plain("since", Instant),
    UniqueConstraint("client_id", "person_id"),
)
Index("ix_guardian_person", guardian.c.person_id)

invitation = Table(
    "invitation",
    metadata,
    key(),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    blind("digest", nullable=False),  # of the code, which is kept nowhere
    plain("made_by", BigInteger),
    plain("made_at", Instant),
    plain("expires_at", Instant),
    plain("state", String(10), default="open"),  # open, used, declined, replaced
    plain("used_at", Instant, nullable=True),
    UniqueConstraint("digest"),
)
Index("ix_invitation_client", invitation.c.client_id)

wrong_code = Table(
    "wrong_code",
    metadata,
    key(),
    plain("chat", String(300)),  # conversation key
    plain("account", String(150), default="", server_default=""),  # channel:account
    plain("at", Instant),
)
Index("ix_wrong_code_chat", wrong_code.c.chat)
Index("ix_wrong_code_at", wrong_code.c.at)

consent = Table(
    "consent",
    metadata,
    key(),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    plain("given", Boolean),
    plain("text", String(16)),  # which text he was shown; empty on paper
    plain("channel", String(40)),  # "paper": by_id has seen it
    plain("at", Instant),
    plain("by_id", BigInteger, nullable=True),  # the member of staff who recorded it
    plain("signed_on", String(10), nullable=True),  # ISO date of the paper
)
Index("ix_consent_client", consent.c.client_id)

erasure = Table(  # whose data were erased; kept for good, so that a restored backup does not bring them back
    "erasure",
    metadata,
    key(),
    plain("client_id", BigInteger, unique=True),
    plain("at", Instant),
    plain("handles", Json),  # files that nothing names any more, until they are shredded
    plain("state", String(10), default="emptying"),  # emptying, shredding, done
)

legal_hold = Table(  # a client whose data must be kept, whoever asks for their erasure
    "legal_hold",
    metadata,
    key(),
    plain("client_id", BigInteger),
    sealed("reason", "content", nullable=False),
    plain("by_id", BigInteger, nullable=True),  # the member of staff; None: from the command line
    plain("at", Instant),
    plain("lifted_at", Instant, nullable=True),
    plain("lifted_by", BigInteger, nullable=True),
    sealed("lifted_why", "content"),
)
Index("ix_legal_hold_client", legal_hold.c.client_id)
