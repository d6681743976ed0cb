"""Table of the tasks' room."""

from sqlalchemy import BigInteger, Index, String, Table, text

from core.kit.db import Instant, Json, key, metadata, plain

task = Table(
    "task",
    metadata,
    key(),
    plain("case_id", BigInteger),
    plain("role", String(40)),
    plain("staff_id", BigInteger, nullable=True),
    plain("title", Json),  # language -> words
    plain("key", String(100), nullable=True),
    plain("due", Instant, nullable=True),
    plain("span", String(10), nullable=True),  # of which it follows, from created_at on
    plain("stage", String(60), nullable=True),  # ends when the case leaves this stage; None: belongs to none
    plain("snoozed_until", Instant, nullable=True),
    plain("state", String(10), default="open"),  # open, done, ended
    plain("created_at", Instant),
    plain("done_at", Instant, nullable=True),
    plain("done_by", BigInteger, nullable=True),
    plain("done_for", BigInteger, nullable=True),  # for whom he stood in
    plain("department_id", BigInteger, nullable=True),  # of its case, which gets one once and keeps it
    plain("note", Json, nullable=True),  # language -> words of its template for whoever does it
    plain("done_words", Json, nullable=True),  # likewise, for the client when it is done
)
OPEN = text("state = 'open'")
Index("ix_task_case", task.c.case_id)
Index("ix_task_staff_open", task.c.staff_id, task.c.due, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_task_role_open", task.c.role, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_task_due_open", task.c.due, sqlite_where=OPEN, postgresql_where=OPEN)
_DUE = text("state = 'open' AND due IS NOT NULL")
Index("ix_task_department_due_open", task.c.department_id, task.c.due, sqlite_where=_DUE, postgresql_where=_DUE)
