"""Which case was started by which, as what, and for which value.

Whatever version runs beside this one starts no child cases, and takes those that there are for cases like any other.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "case_link",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("root_id", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["client_case.id"], name=op.f("fk_case_link_parent_id")),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_case_link_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
        sa.UniqueConstraint("parent_id", "key", "value", "n", name=op.f("uq_case_link_parent_id_key_value_n")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_link_case_id")),
    )
    op.create_index("ix_case_link_root", "case_link", ["root_id"])


def downgrade() -> None:
    op.drop_table("case_link")
