"""Which regions a department serves, and who had which turn when a role's work was shared out.

Whatever version runs beside this one shares nothing out by rules: its turns are not missing.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Json

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("department", sa.Column("regions", Json, nullable=True))
    op.create_table(
        "role_turn",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("pool", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_turn")),
        sa.UniqueConstraint("role", "pool", "staff_id", name=op.f("uq_role_turn_role_pool_staff_id")),
    )


def downgrade() -> None:
    op.drop_table("role_turn")
    op.drop_column("department", "regions")
