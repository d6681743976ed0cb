"""Hand-overs between departments, and notes on the tasks that services make.

Whatever version runs beside this one offers no case to another department and adds no service; a task without a note is
what it always was.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "case_handover",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=True),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offered_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_for", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_case_handover_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_handover")),
    )
    op.add_column("task", sa.Column("note", Json, nullable=True))
    op.create_index("ix_case_handover_case", "case_handover", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_column("task", "note")
    op.drop_index("ix_case_handover_case", table_name="case_handover")
    op.drop_table("case_handover")
