"""Requests that may come again, and what came of them."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "repeat",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repeat")),
        sa.UniqueConstraint("staff_id", "key", name=op.f("uq_repeat_staff_id_key")),
    )
    op.create_index("ix_repeat_at", "repeat", ["at"])


def downgrade() -> None:
    op.drop_index("ix_repeat_at", "repeat")
    op.drop_table("repeat")
