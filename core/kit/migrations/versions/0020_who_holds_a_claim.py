"""Which process holds what is being sent or fetched, so that it is free when that process is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    for table in ("outbox", "errand"):
        op.add_column(table, sa.Column("holder", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for table in ("outbox", "errand"):
        op.drop_column(table, "holder")
