"""Files: what a client has sent before is found by a keyed digest, and every file has a class of retention."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("file", sa.Column("digest", sa.LargeBinary(length=32), nullable=True))
    op.add_column("file", sa.Column("retention", sa.String(20), nullable=False, server_default="original"))
    op.create_index("ix_file_client", "file", ["client_id"], unique=False)
    op.create_index("ix_file_digest", "file", ["digest"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_file_digest", table_name="file")
    op.drop_index("ix_file_client", table_name="file")
    op.drop_column("file", "retention")
    op.drop_column("file", "digest")
