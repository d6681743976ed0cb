"""Tables of approvals: a round for every time that a case comes to a stage where people decide, and its seats."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Table, UniqueConstraint, false, text

from core.kit.db import Instant, key, metadata, plain, sealed

approval = Table(
    "approval",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("span_id", BigInteger),  # the case's stay in the stage
    plain("stage", String(60)),
    plain("n", Integer),  # the how-manieth of this stage of the case
    plain("role", String(60)),  # whose people decide
    plain("mode", String(10)),  # any, all, vote
    plain("seats", Integer),  # how many decide, whether they were found or not
    plain("needed", Integer),  # how many must be for it
    plain("mean", Integer, nullable=True),  # what the mean score must be at least; None: no scores
    plain("prepared_by", BigInteger, nullable=True),  # who does not decide on it
    plain("state", String(10), default="open"),  # open, approved, declined, ended
    plain("opened_at", Instant),
    plain("decided_at", Instant, nullable=True),
    plain("decided_by", BigInteger, nullable=True),  # whose vote was the last that counted, or who overrode
    plain("decided_for", BigInteger, nullable=True),  # for whom he stood in
    plain("overridden", Boolean, default=False, server_default=false()),
    sealed("reason", "content"),  # of whoever overrode
)
Index("ix_approval_case", approval.c.case_id)

approval_seat = Table(
    "approval_seat",
    metadata,
    key(),
    plain("approval_id", BigInteger, ForeignKey("approval.id")),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("staff_id", BigInteger),
    plain("vote", String(10), nullable=True),  # for, against; missed: the round was over before
    plain("score", Integer, nullable=True),
    sealed("words", "content"),
    plain("voted_at", Instant, nullable=True),
    plain("voted_by", BigInteger, nullable=True),  # he, or who stood in for him
    UniqueConstraint("approval_id", "staff_id"),
)
Index("ix_approval_seat_case", approval_seat.c.case_id)
_WAITS = text("vote IS NULL")
Index("ix_approval_seat_waiting", approval_seat.c.staff_id, sqlite_where=_WAITS, postgresql_where=_WAITS)
