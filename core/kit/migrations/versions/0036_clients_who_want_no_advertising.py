"""Since when a client wants no messages that advertise.

Whatever version runs beside this one knows no such messages: it sends what it sends to everybody.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("client", sa.Column("promotion_off_at", Instant(), nullable=True))


def downgrade() -> None:
    op.drop_column("client", "promotion_off_at")
