"""The agency's own wording of the bot's sentences."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "text_override",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text_key", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_override")),
        sa.UniqueConstraint("text_key", "language", name=op.f("uq_text_override_text_key_language")),
    )


def downgrade() -> None:
    op.drop_table("text_override")
