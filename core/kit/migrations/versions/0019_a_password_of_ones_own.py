"""Whether a member must take a password of his own before he does anything else."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("credential", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_wrong_sign_in_last", "wrong_sign_in", ["last_at"])


def downgrade() -> None:
    op.drop_index("ix_wrong_sign_in_last", "wrong_sign_in")
    op.drop_column("credential", "must_change")
