"""A task knows the department of its case, so that a lead's late tasks are asked for by department and limit.

A case stays in the department in which it was opened. Tasks that are open get it now. On PostgreSQL an older version
may run beside this one: of a task that comes without its department the database notes it when the transaction ends, as
the task may be written before its case.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
kind = "expand"

_LATE = sa.text("state = 'open' AND due IS NOT NULL")
_FILL = """UPDATE task SET department_id = (SELECT department_id FROM client_case WHERE client_case.id = task.case_id)
WHERE """
_BESIDE_OLDER = (
    f"""CREATE OR REPLACE FUNCTION note_task_department() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      {_FILL} task.id = NEW.id;
      RETURN NULL;
    END $$""",
    """CREATE CONSTRAINT TRIGGER task_department AFTER INSERT ON task DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.department_id IS NULL) EXECUTE FUNCTION note_task_department()""",
)


def upgrade() -> None:
    op.add_column("task", sa.Column("department_id", sa.BigInteger(), nullable=True))
    for statement in () if _is_sqlite() else _BESIDE_OLDER:
        op.execute(statement)
    op.execute(f"{_FILL} state = 'open'")
    op.create_index(
        "ix_task_department_due_open", "task", ["department_id", "due"], sqlite_where=_LATE, postgresql_where=_LATE
    )


def downgrade() -> None:
    op.drop_index("ix_task_department_due_open", table_name="task")
    if not _is_sqlite():
        op.execute("DROP TRIGGER task_department ON task")
        op.execute("DROP FUNCTION note_task_department()")
    op.drop_column("task", "department_id")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
