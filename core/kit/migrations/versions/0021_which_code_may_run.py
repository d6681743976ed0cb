"""Which version may still run: the floor that contracting migrations raise, and what each process works with."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    floor = op.create_table(
        "code_floor",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_floor")),
    )
    op.bulk_insert(floor, [{"id": 1, "revision": "0017"}])
    op.add_column("process", sa.Column("migration", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("process", "migration")
    op.drop_table("code_floor")
