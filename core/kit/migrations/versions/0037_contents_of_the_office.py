"""Contents of the office: what each version says, which one goes out, and who has been sent it.

Whatever version runs beside this one knows no flow whose rules send contents.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "content",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("published_id", sa.BigInteger(), nullable=True),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("topics", Json, nullable=True),
        sa.Column("published_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
        sa.UniqueConstraint("name", name=op.f("uq_content_name")),
    )
    op.create_table(
        "content_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("topics", Json, nullable=False),
        sa.Column("written_at", Instant, nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("published_at", Instant, nullable=True),
        sa.Column("withdrawn_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_version")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_content_version_name_number")),
    )
    op.create_table(
        "content_sent",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_content_sent_client_id")),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_content_sent_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_sent")),
        sa.UniqueConstraint("client_id", "content_id", name=op.f("uq_content_sent_client_id_content_id")),
    )


def downgrade() -> None:
    op.drop_table("content_sent")
    op.drop_table("content_version")
    op.drop_table("content")
