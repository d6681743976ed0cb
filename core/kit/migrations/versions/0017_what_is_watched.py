"""From what a notice follows, and indexes of what is parked."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None

_DEAD = sa.text("state = 'dead'")
_PARKED = ("inbox", "outbox", "timer", "errand")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("cause", sa.BigInteger(), nullable=True))
    for table in _PARKED:
        op.create_index(f"ix_{table}_dead", table, ["id"], sqlite_where=_DEAD, postgresql_where=_DEAD)


def downgrade() -> None:
    for table in _PARKED:
        op.drop_index(f"ix_{table}_dead", table)
    op.drop_column("outbox", "cause")
