"""Service templates of the house's own, and what a client is told when a task of one is done.

Whatever version runs beside this one offers those of flows only; a task without such words is what it always was.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "service_template",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("says", Json, nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_template")),
        sa.UniqueConstraint("key", name=op.f("uq_service_template_key")),
    )
    op.add_column("task", sa.Column("done_words", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("task", "done_words")
    op.drop_table("service_template")
