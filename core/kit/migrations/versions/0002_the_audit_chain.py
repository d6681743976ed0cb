"""The audit chain: a position is given once, and its end is found without reading the whole table."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_index("uq_audit_chain", "audit", ["chain"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_audit_chain", table_name="audit")
