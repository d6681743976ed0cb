"""Indexes without which questions grow with the house: limits of open cases, live copies, buttons of a person.

PostgreSQL holds up writers of a table for as long as an index of it is made: seconds for a million cases.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
kind = "expand"

_INDEXES = (
    ("ix_client_case_due_open", "client_case", ["due"], "state = 'open' AND due IS NOT NULL"),
    ("ix_outbox_case_live", "outbox", ["case_id"], "look_at IS NOT NULL"),
    ("ix_button_for_open", "button", ["for_id", "id"], "state = 'open'"),
)


def upgrade() -> None:
    for name, table, columns, where in _INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
