"""Approvals: rounds, their seats, and who of the staff sits in the open one of a case.

Whatever version runs beside this one opens no round; one that it leaves open by moving the case on counts no more.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None
kind = "expand"

_WAITS = sa.text("vote IS NULL")


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.add_column("client_case", sa.Column("seated", Json, nullable=True))
    op.create_table(
        "approval",
        _key(),
        _number("case_id"),
        _number("span_id"),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Integer(), nullable=True),
        _number("prepared_by", nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        _number("decided_by", nullable=True),
        _number("decided_for", nullable=True),
        sa.Column("overridden", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_approval_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("ix_approval_case", "approval", ["case_id"])
    _seats()


def _seats() -> None:
    op.create_table(
        "approval_seat",
        _key(),
        _number("approval_id"),
        _number("case_id"),
        _number("staff_id"),
        sa.Column("vote", sa.String(length=10), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("voted_at", Instant(), nullable=True),
        _number("voted_by", nullable=True),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_seat_approval_id")),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_approval_seat_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_seat")),
        sa.UniqueConstraint("approval_id", "staff_id", name=op.f("uq_approval_seat_approval_id_staff_id")),
    )
    op.create_index("ix_approval_seat_case", "approval_seat", ["case_id"])
    op.create_index(
        "ix_approval_seat_waiting", "approval_seat", ["staff_id"], sqlite_where=_WAITS, postgresql_where=_WAITS
    )


def downgrade() -> None:
    op.drop_table("approval_seat")
    op.drop_table("approval")
    op.drop_column("client_case", "seated")
