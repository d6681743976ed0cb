"""Tables of the staff room."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
)

from core.kit.db import Instant, Json, blind, key, metadata, plain, sealed

department = Table(
    "department",
    metadata,
    key(),
    plain("name", String(200)),
    plain("parent_id", BigInteger, ForeignKey("department.id"), nullable=True),
    plain("ended_at", Instant, nullable=True),  # it was deleted; only an empty one can be
    plain("regions", Json, nullable=True),  # names of the regions whose cases come to it, and to those below it
)

staff = Table(
    "staff",
    metadata,
    key(),
    sealed("name", "identity", nullable=False),
    plain("roles", Json),
    plain("department_id", BigInteger, ForeignKey("department.id"), nullable=True),
    plain("language", String(10)),
    plain("active", Boolean, default=True),
    plain("created_at", Instant),
    plain("digest_at", String(5), nullable=True),  # "08:30" on the office's clock; None: he wants none
    plain("digest_daily", Boolean, default=False, server_default=false()),  # on days off as well
    sealed("login", "identity"),  # the name under which he signs in, in lower case; None: he does not
    blind("login_index"),
)
Index("uq_staff_login_index", staff.c.login_index, unique=True)

staff_identity = Table(
    "staff_identity",
    metadata,
    key(),
    plain("staff_id", BigInteger, ForeignKey("staff.id")),
    plain("channel", String(40)),
    plain("account", String(100)),
    plain("external_id", String(200)),
    plain("bound_at", Instant),
    plain("ended_at", Instant, nullable=True),  # it is nobody's until it is bound again
    UniqueConstraint("channel", "account", "external_id"),
)
Index("ix_staff_identity_staff", staff_identity.c.staff_id)

api_key = Table(
    "api_key",
    metadata,
    key(),
    plain("staff_id", BigInteger, ForeignKey("staff.id")),
    plain("name", String(100)),
    plain("prefix", String(12)),  # shown in lists, so that people know which key is meant
    plain("digest", LargeBinary(32), unique=True),
    plain("created_at", Instant),
    plain("revoked_at", Instant, nullable=True),
    plain("scopes", Json, nullable=True),  # permissions; None: all that its owner has
    plain("expires_at", Instant, nullable=True),  # the first moment at which it opens nothing
    plain("used_at", Instant, nullable=True),  # to the minute, see core.staff.keys
)
Index("ix_api_key_staff", api_key.c.staff_id)

credential = Table(  # how a member proves who he is
    "credential",
    metadata,
    key(),
    plain("staff_id", BigInteger, ForeignKey("staff.id"), unique=True),
    plain("password", String(200), nullable=True),  # argon2id with its parameters and salt
    plain("password_at", Instant, nullable=True),
    plain("must_change", Boolean, default=False, server_default=false()),  # somebody else knows it: he gave it to him
    sealed("totp", "content"),  # the secret of the second factor
    plain("totp_at", Instant, nullable=True),  # since when it is asked for; None: it waits for its first code
    plain("totp_step", BigInteger, nullable=True),  # the half minute of the last code: none is taken twice
    plain("recovery", Json, nullable=True),  # SHA-256 of the codes that are left, in hexadecimal
)

session = Table(
    "session",
    metadata,
    key(),
    plain("staff_id", BigInteger, ForeignKey("staff.id")),
    plain("digest", LargeBinary(32), unique=True),
    plain("created_at", Instant),
    plain("seen_at", Instant),  # to the minute
    plain("expires_at", Instant),
    plain("ended_at", Instant, nullable=True),
)
Index("ix_session_staff", session.c.staff_id)

wrong_sign_in = Table(  # one row for every name that was tried, and for every address that tried
    "wrong_sign_in",
    metadata,
    key(),
    blind("subject", nullable=False),  # of the name or of the address
    plain("tries", Integer),  # wrong ones in a row
    plain("last_at", Instant),
    UniqueConstraint("subject"),
)
Index("ix_wrong_sign_in_last", wrong_sign_in.c.last_at)

role = Table(  # what the agency has made of its roles; the house's own stand in core.staff.policy
    "role",
    metadata,
    key(),
    plain("role", String(40)),
    plain("names", Json, nullable=True),  # by language; None: as the house has it, or not at all
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    UniqueConstraint("role"),
)

role_grant = Table(
    "role_grant",
    metadata,
    key(),
    plain("role", String(40)),
    plain("permission", String(60)),
    plain("reach", String(12), nullable=True),  # "none" takes it away; None: as the house has it
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    UniqueConstraint("role", "permission"),
)

role_mask = Table(
    "role_mask",
    metadata,
    key(),
    plain("role", String(40)),
    plain("pii", String(12)),  # the class of personal data
    plain("mask", String(8), nullable=True),  # None: as the house has it
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    UniqueConstraint("role", "pii"),
)

delegation = Table(  # for some days a colleague does somebody's work
    "delegation",
    metadata,
    key(),
    plain("staff_id", BigInteger, ForeignKey("staff.id")),
    plain("delegate_id", BigInteger, ForeignKey("staff.id")),
    plain("role", String(40), nullable=True),  # None: all of his roles
    plain("starts", Instant),
    plain("ends", Instant),  # the first moment at which it is over
    plain("made_by", BigInteger),
    plain("made_at", Instant),
    plain("ended_at", Instant, nullable=True),  # ended before its time
)
Index("ix_delegation_staff", delegation.c.staff_id)
Index("ix_delegation_delegate", delegation.c.delegate_id)
