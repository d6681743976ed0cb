"""The scale on which a survey asks for a mark.

Whatever version runs beside this one asks for 1 to 5 points, which is what a survey without a scale does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.add_column("survey", sa.Column("scale", sa.String(length=10), nullable=True))


def downgrade() -> None:
    op.drop_column("survey", "scale")
