"""What clients send: several files in one version, bursts, files that wait for an item; invitations and consent."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "document_file",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["document_version.id"], name=op.f("fk_document_file_version_id")),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_document_file_case_id")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_document_file_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
    )
    op.create_index("ix_document_file_case", "document_file", ["case_id"])
    op.create_index("ix_document_file_version", "document_file", ["version_id"])
    op.create_index("ix_document_file_file", "document_file", ["file_id"])
    op.add_column("file", sa.Column("unplaced", sa.Boolean(), nullable=False, server_default=sa.false()))
    waits = sa.text("unplaced")
    op.create_index("ix_file_unplaced", "file", ["client_id"], sqlite_where=waits, postgresql_where=waits)
    op.add_column("document_version", sa.Column("sent", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("conversation", sa.Column("burst", sa.LargeBinary(), nullable=True))
    held = sa.text("state = 'held'")
    op.create_index("ix_errand_held", "errand", ["conversation"], sqlite_where=held, postgresql_where=held)
    op.add_column("client_identity", sa.Column("invited", sa.Boolean(), nullable=False, server_default=sa.false()))
    _identity()


def _identity() -> None:
    """Guardians, invitations, wrong codes, consent."""
    op.create_table(
        "guardian",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_guardian_client_id")),
        sa.ForeignKeyConstraint(["person_id"], ["client.id"], name=op.f("fk_guardian_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
        sa.UniqueConstraint("client_id", "person_id", name=op.f("uq_guardian_client_id_person_id")),
    )
    op.create_index("ix_guardian_person", "guardian", ["person_id"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_invitation_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest")),
    )
    op.create_index("ix_invitation_client", "invitation", ["client_id"])
    op.create_table(
        "wrong_code",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.String(length=300), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    op.create_index("ix_wrong_code_chat", "wrong_code", ["chat"])
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_consent_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_client", "consent", ["client_id"])


def downgrade() -> None:
    for table in ("consent", "wrong_code", "invitation", "guardian"):
        op.drop_table(table)
    op.drop_column("client_identity", "invited")
    op.drop_index("ix_errand_held", table_name="errand")
    op.drop_column("conversation", "burst")
    op.drop_column("document_version", "sent")
    op.drop_index("ix_file_unplaced", table_name="file")
    op.drop_column("file", "unplaced")
    op.drop_table("document_file")
