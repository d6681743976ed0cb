"""What staff do: a second reviewer, reviews that are put off, and delegation, both persons in log and audit;
and who took a contract's two steps."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
kind = "expand"

_VERSION = (
    ("asked_by", sa.BigInteger()),
    ("second_id", sa.BigInteger()),
    ("first_by", sa.BigInteger()),
    ("first_for", sa.BigInteger()),
    ("first_at", Instant()),
)


def upgrade() -> None:
    for name, kind in _VERSION:
        op.add_column("document_version", sa.Column(name, kind, nullable=True))
    for name in ("deposit_by", "effective_by"):
        op.add_column("contract", sa.Column(name, sa.BigInteger(), nullable=True))
    for table in ("audit", "case_event"):
        op.add_column(table, sa.Column("behalf_id", sa.BigInteger(), nullable=True))
    op.create_table(
        "review_snooze",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["document_version.id"], name=op.f("fk_review_snooze_version_id")),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_review_snooze_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_snooze")),
        sa.UniqueConstraint("version_id", "staff_id", name=op.f("uq_review_snooze_version_id_staff_id")),
    )
    op.create_index("ix_review_snooze_staff", "review_snooze", ["staff_id"])
    op.create_table(
        "delegation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("starts", Instant(), nullable=False),
        sa.Column("ends", Instant(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_delegation_staff_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["staff.id"], name=op.f("fk_delegation_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_staff", "delegation", ["staff_id"])
    op.create_index("ix_delegation_delegate", "delegation", ["delegate_id"])


def downgrade() -> None:
    op.drop_table("delegation")
    op.drop_table("review_snooze")
    for table in ("case_event", "audit"):
        op.drop_column(table, "behalf_id")
    for name in ("effective_by", "deposit_by"):
        op.drop_column("contract", name)
    for name, _ in reversed(_VERSION):
        op.drop_column("document_version", name)
