"""Tables of the staff room."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, LargeBinary, String, Table, UniqueConstraint, false

from core.kit.db import Instant, Json, key, metadata, plain, sealed

department = Table(
    "department",
    metadata,
    key(),
    plain("name", String(200)),
    plain("parent_id", BigInteger, ForeignKey("department.id"), nullable=True),
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
)

staff_identity = Table(
    "staff_identity",
    metadata,
    key(),
    plain("staff_id", BigInteger, ForeignKey("staff.id")),
    plain("channel", String(40)),
    plain("account", String(100)),
    plain("external_id", String(200)),
    plain("bound_at", Instant),
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
