"""From what a notice follows."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("cause", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "cause")
