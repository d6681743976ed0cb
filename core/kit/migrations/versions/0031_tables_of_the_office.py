"""Tables of the office: every edition of each as it was imported, and which one is valid.

Whatever version runs beside this one knows no flow that uses them.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "office_table",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_table")),
        sa.UniqueConstraint("name", name=op.f("uq_office_table_name")),
    )
    op.create_table(
        "office_table_edition",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("imported_at", Instant, nullable=False),
        sa.Column("imported_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_table_edition")),
        sa.UniqueConstraint("name", "edition", name=op.f("uq_office_table_edition_name_edition")),
    )


def downgrade() -> None:
    op.drop_table("office_table_edition")
    op.drop_table("office_table")
