"""Since when a case's limit stands still, how long its stages did, and of which span a task's limit is.

Whatever version runs beside this one lets limits run on; tasks that it makes keep theirs when the calendar changes.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("client_case", sa.Column("paused_at", Instant(), nullable=True))
    op.add_column("client_case", sa.Column("paused_due", Instant(), nullable=True))
    op.add_column("client_case", sa.Column("paused_from", sa.String(length=60), nullable=True))
    op.add_column("stage_span", sa.Column("pauses", Json, nullable=True))
    op.add_column("stage_span", sa.Column("paused", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("span", sa.String(length=10), nullable=True))


def downgrade() -> None:
    op.drop_column("task", "span")
    op.drop_column("stage_span", "paused")
    op.drop_column("stage_span", "pauses")
    for name in ("paused_from", "paused_due", "paused_at"):
        op.drop_column("client_case", name)
