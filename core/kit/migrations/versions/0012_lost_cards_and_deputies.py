"""An index of the copies of cards whose redraw was refused; for whom somebody stood in who decided."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
kind = "expand"

_TRIED = sa.text("tries > 0")


def upgrade() -> None:
    op.add_column("document_version", sa.Column("reviewed_for", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("done_for", sa.BigInteger(), nullable=True))
    op.create_index("ix_outbox_tried", "outbox", ["id"], sqlite_where=_TRIED, postgresql_where=_TRIED)


def downgrade() -> None:
    op.drop_index("ix_outbox_tried", "outbox")
    op.drop_column("task", "done_for")
    op.drop_column("document_version", "reviewed_for")
