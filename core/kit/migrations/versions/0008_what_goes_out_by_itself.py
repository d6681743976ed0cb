"""What goes out by itself: what the copies of cards show and when each is looked at; reminders; digests."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("shown", sa.String(length=64), nullable=True))
    op.add_column("outbox", sa.Column("look_at", Instant(), nullable=True))
    op.add_column("outbox", sa.Column("seen", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    live = sa.text("look_at IS NOT NULL")
    op.create_index("ix_outbox_look", "outbox", ["look_at"], sqlite_where=live, postgresql_where=live)
    coming = sa.text("copy_of IS NOT NULL AND state IN ('waiting', 'sending')")
    op.create_index("ix_outbox_coming", "outbox", ["copy_of"], sqlite_where=coming, postgresql_where=coming)
    op.add_column("client", sa.Column("zone", sa.String(length=60), nullable=True))
    op.add_column("client", sa.Column("reminded_on", sa.String(length=10), nullable=True))
    op.add_column("client", sa.Column("snoozed_until", sa.String(length=10), nullable=True))
    op.add_column("staff", sa.Column("digest_at", sa.String(length=5), nullable=True))
    op.add_column("staff", sa.Column("digest_daily", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for column in ("digest_daily", "digest_at"):
        op.drop_column("staff", column)
    for column in ("snoozed_until", "reminded_on", "zone"):
        op.drop_column("client", column)
    op.drop_index("ix_outbox_coming", table_name="outbox")
    op.drop_index("ix_outbox_look", table_name="outbox")
    for column in ("tries", "seen", "look_at", "shown"):
        op.drop_column("outbox", column)
