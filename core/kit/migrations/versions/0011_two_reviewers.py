"""An index of the versions that two reviewers decide on."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
kind = "expand"

_TWO = sa.text("second_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_document_version_two", "document_version", ["status"], sqlite_where=_TWO, postgresql_where=_TWO)


def downgrade() -> None:
    op.drop_index("ix_document_version_two", "document_version")
