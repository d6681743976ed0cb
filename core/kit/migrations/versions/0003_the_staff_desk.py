"""The staff desk: tags of clients, consultations, tasks that belong to a stage or wait for a better hour."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
kind = "expand"

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "client_tag",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("tag_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_tag_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_tag")),
        sa.UniqueConstraint("client_id", "tag_index", name=op.f("uq_client_tag_client_id_tag_index")),
    )
    op.create_index("ix_client_tag_index", "client_tag", ["tag_index"])
    op.create_table(
        "consultation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("demand", sa.LargeBinary(), nullable=False),
        sa.Column("assessment", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_consultation_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index("ix_consultation_case", "consultation", ["case_id"])
    op.add_column("task", sa.Column("stage", sa.String(length=60), nullable=True))
    op.add_column("task", sa.Column("snoozed_until", Instant(), nullable=True))
    op.create_index("ix_task_role_open", "task", ["role"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_task_due_open", "task", ["due"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_task_due_open", table_name="task", sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("ix_task_role_open", table_name="task", sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_column("task", "snoozed_until")
    op.drop_column("task", "stage")
    op.drop_index("ix_consultation_case", table_name="consultation")
    op.drop_table("consultation")
    op.drop_index("ix_client_tag_index", table_name="client_tag")
    op.drop_table("client_tag")
