"""One index of what waits in the inbox: of two, PostgreSQL took the wrong one whenever nothing had waited before.

Whatever version runs beside this one asks as before and is answered by the other index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
kind = "expand"

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.drop_index("ix_inbox_waiting", table_name="inbox")


def downgrade() -> None:
    op.create_index("ix_inbox_waiting", "inbox", ["due"], sqlite_where=_WAITING, postgresql_where=_WAITING)
