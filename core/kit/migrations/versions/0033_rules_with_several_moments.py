"""How far a rule with several moments is in a case, and by what it was stopped.

Whatever version runs beside this one knows no such rules: it neither plans them nor stops them.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "rule_course",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("stay", sa.String(length=40), nullable=False),
        sa.Column("done", Json, nullable=False),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.Column("stopped_by", sa.String(length=60), nullable=True),
        sa.Column("stopped_for", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_rule_course_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_course")),
        sa.UniqueConstraint("case_id", "rule", name=op.f("uq_rule_course_case_id_rule")),
    )


def downgrade() -> None:
    op.drop_table("rule_course")
