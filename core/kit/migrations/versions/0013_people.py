"""Sign-in of people, scopes and ends of API keys, departments that are gone, and the agency's own roles."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("department", sa.Column("ended_at", Instant(), nullable=True))
    op.add_column("staff_identity", sa.Column("ended_at", Instant(), nullable=True))
    op.add_column("staff", sa.Column("login", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("login_index", sa.LargeBinary(length=32), nullable=True))
    op.create_index("uq_staff_login_index", "staff", ["login_index"], unique=True)
    op.add_column("api_key", sa.Column("scopes", Json, nullable=True))
    op.add_column("api_key", sa.Column("expires_at", Instant(), nullable=True))
    op.add_column("api_key", sa.Column("used_at", Instant(), nullable=True))
    op.create_index("ix_api_key_staff", "api_key", ["staff_id"])
    _sign_in()
    _roles()


def _sign_in() -> None:
    op.create_table(
        "credential",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("password_at", Instant(), nullable=True),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_at", Instant(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("recovery", Json, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_credential_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_credential_staff_id")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_session_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_session_digest")),
    )
    op.create_index("ix_session_staff", "session", ["staff_id"])
    op.create_table(
        "wrong_sign_in",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_sign_in")),
        sa.UniqueConstraint("subject", name=op.f("uq_wrong_sign_in_subject")),
    )


def _roles() -> None:
    op.create_table(
        "role",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("names", Json, nullable=True),
        *_changed(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("role", name=op.f("uq_role_role")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("permission", sa.String(length=60), nullable=False),
        sa.Column("reach", sa.String(length=12), nullable=True),
        *_changed(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint("role", "permission", name=op.f("uq_role_grant_role_permission")),
    )
    op.create_table(
        "role_mask",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("pii", sa.String(length=12), nullable=False),
        sa.Column("mask", sa.String(length=8), nullable=True),
        *_changed(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_mask")),
        sa.UniqueConstraint("role", "pii", name=op.f("uq_role_mask_role_pii")),
    )


def _changed() -> tuple[sa.Column[object], sa.Column[object]]:
    return (
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    for table in ("role_mask", "role_grant", "role", "wrong_sign_in"):
        op.drop_table(table)
    op.drop_index("ix_session_staff", "session")
    op.drop_table("session")
    op.drop_table("credential")
    op.drop_index("ix_api_key_staff", "api_key")
    for column in ("used_at", "expires_at", "scopes"):
        op.drop_column("api_key", column)
    op.drop_index("uq_staff_login_index", "staff")
    for column in ("login_index", "login"):
        op.drop_column("staff", column)
    op.drop_column("staff_identity", "ended_at")
    op.drop_column("department", "ended_at")
