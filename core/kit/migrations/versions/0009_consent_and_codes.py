"""Consent of clients whom staff bind by hand, on paper too; wrong codes counted by account."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("client", sa.Column("consent_asked_at", Instant(), nullable=True))
    op.add_column("consent", sa.Column("by_id", sa.BigInteger(), nullable=True))
    op.add_column("consent", sa.Column("signed_on", sa.String(length=10), nullable=True))
    op.add_column("wrong_code", sa.Column("account", sa.String(length=150), nullable=False, server_default=""))
    op.create_index("ix_wrong_code_at", "wrong_code", ["at"])
    op.execute("UPDATE client SET consent_asked_at = created_at WHERE id IN (SELECT client_id FROM consent)")


def downgrade() -> None:
    op.drop_index("ix_wrong_code_at", table_name="wrong_code")
    op.drop_column("wrong_code", "account")
    op.drop_column("consent", "signed_on")
    op.drop_column("consent", "by_id")
    op.drop_column("client", "consent_asked_at")
