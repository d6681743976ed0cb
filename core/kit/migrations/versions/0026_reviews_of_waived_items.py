"""A document that waited when its item was waived waits no more: it was left so, and could be neither approved nor
sent back."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
kind = "expand"

_OF_WAIVED = "id IN (SELECT current_id FROM item WHERE item.status = 'waived')"


def upgrade() -> None:
    op.execute(
        f"UPDATE document_version SET status = 'waived' WHERE status IN ('submitted', 'partial') AND {_OF_WAIVED}"
    )


def downgrade() -> None:
    op.execute("UPDATE document_version SET status = 'submitted' WHERE status = 'waived'")
