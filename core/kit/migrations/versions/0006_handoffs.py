"""Handoffs: a chat that a person has instead of the bot."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
kind = "expand"

OPEN = sa.text("state IN ('waiting', 'held')")


def upgrade() -> None:
    op.create_table(
        "handoff",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("called", Json, nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("active_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_handoff_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff")),
    )
    op.create_index("ix_handoff_conversation", "handoff", ["conversation_id"])
    op.create_index("ix_handoff_holder", "handoff", ["holder_id"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table("handoff")
