"""How often a rule has acted for a case of late, and whether its fuse is blown.

Whatever version runs beside this one knows no fuse: its rules act as before and are not counted.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "rule_fuse",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("looped_at", Instant(), nullable=True),
        sa.Column("blown_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_rule_fuse_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_fuse")),
        sa.UniqueConstraint("case_id", "rule", name=op.f("uq_rule_fuse_case_id_rule")),
    )


def downgrade() -> None:
    op.drop_table("rule_fuse")
