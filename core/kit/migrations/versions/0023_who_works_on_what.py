"""Open cases, with their limits, by who works on them: what a member asks for is found without looking at all others.

The database keeps it up itself, with the rights of whoever migrates, so that the code of an older version that runs
beside this one keeps it up as well.
PostgreSQL holds up writers of cases for as long as the table is filled: seconds for a million of them.
"""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
kind = "expand"

_LATE = "state = 'open' AND due IS NOT NULL"

_SQLITE_FRESH = """
    INSERT OR IGNORE INTO case_member (staff_id, case_id, due)
    SELECT value, NEW.id, NEW.due FROM json_each(NEW.team) WHERE value IS NOT NULL AND NEW.state = 'open'"""
_SQLITE_GONE = """
    DELETE FROM case_member WHERE case_id = OLD.id AND staff_id IN (SELECT value FROM json_each(OLD.team))"""
_SQLITE = (
    f"CREATE TRIGGER case_member_opened AFTER INSERT ON client_case BEGIN {_SQLITE_FRESH}; END",
    "CREATE TRIGGER case_member_changed AFTER UPDATE OF team, state, due ON client_case "
    "WHEN OLD.team IS NOT NEW.team OR OLD.state IS NOT NEW.state OR OLD.due IS NOT NEW.due "
    f"BEGIN {_SQLITE_GONE}; {_SQLITE_FRESH}; END",
    f"CREATE TRIGGER case_member_gone AFTER DELETE ON client_case BEGIN {_SQLITE_GONE}; END",
    """INSERT OR IGNORE INTO case_member (staff_id, case_id, due)
    SELECT value, client_case.id, due FROM client_case, json_each(client_case.team)
    WHERE value IS NOT NULL AND state = 'open'""",
)
_POSTGRES = (
    """CREATE OR REPLACE FUNCTION note_case_member() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        DELETE FROM case_member WHERE case_id = OLD.id
        AND staff_id IN (SELECT CAST(value AS bigint) FROM jsonb_each_text(OLD.team));
      END IF;
      IF TG_OP <> 'DELETE' AND NEW.state = 'open' THEN
        INSERT INTO case_member (staff_id, case_id, due)
        SELECT CAST(value AS bigint), NEW.id, NEW.due FROM jsonb_each_text(NEW.team) WHERE value IS NOT NULL
        ON CONFLICT DO NOTHING;
      END IF;
      RETURN NULL;
    END $$""",
    """CREATE TRIGGER case_member_opened AFTER INSERT OR DELETE ON client_case
    FOR EACH ROW EXECUTE FUNCTION note_case_member()""",
    """CREATE TRIGGER case_member_changed AFTER UPDATE OF team, state, due ON client_case FOR EACH ROW
    WHEN ((OLD.team, OLD.state, OLD.due) IS DISTINCT FROM (NEW.team, NEW.state, NEW.due))
    EXECUTE FUNCTION note_case_member()""",
    """INSERT INTO case_member (staff_id, case_id, due)
    SELECT CAST(value AS bigint), client_case.id, due FROM client_case, jsonb_each_text(client_case.team)
    WHERE value IS NOT NULL AND state = 'open' ON CONFLICT DO NOTHING""",
)


def upgrade() -> None:
    op.create_table(
        "case_member",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("due", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("staff_id", "case_id", name=op.f("pk_case_member")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_case_member_late", "case_member", ["staff_id", "due"],
        sqlite_where=sa.text("due IS NOT NULL"), postgresql_where=sa.text("due IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_client_case_department_due_open", "client_case", ["department_id", "due"],
        sqlite_where=sa.text(_LATE), postgresql_where=sa.text(_LATE),
    )  # fmt: skip
    for statement in _SQLITE if _is_sqlite() else _POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    where = "" if _is_sqlite() else " ON client_case"
    for name in ("case_member_opened", "case_member_changed", *(["case_member_gone"] if _is_sqlite() else [])):
        op.execute(f"DROP TRIGGER {name}{where}")
    if not _is_sqlite():
        op.execute("DROP FUNCTION note_case_member()")
    op.drop_index("ix_client_case_department_due_open", table_name="client_case")
    op.drop_table("case_member")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
