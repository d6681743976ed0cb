"""Cases that go over to another version of their flow, and items that their new version does not have."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
kind = "expand"


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.add_column("item", sa.Column("dropped", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "flow_migration",
        _key(),
        sa.Column("flow", sa.String(length=60), nullable=False),
        sa.Column("sources", Json, nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("map", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_migration")),
    )
    op.create_index("ix_flow_migration_flow", "flow_migration", ["flow"])
    op.create_table(
        "case_migration",
        _key(),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("why", Json, nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["flow_migration.id"], name=op.f("fk_case_migration_batch_id")),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_case_migration_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_migration")),
        sa.UniqueConstraint("batch_id", "case_id", name=op.f("uq_case_migration_batch_id_case_id")),
    )
    op.create_index("ix_case_migration_case", "case_migration", ["case_id"])


def downgrade() -> None:
    op.drop_table("case_migration")
    op.drop_table("flow_migration")
    op.drop_column("item", "dropped")
