"""Tasks in JSON."""

from datetime import datetime

from pydantic import Field

from admin_api.schemas.ids import IdIn, IdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.engine.text import Words
from core.store.sealing import Row


class Task(Given):
    """Something that a person must do for a case."""

    id: IdOut
    case_id: IdOut
    case_number: str
    role: str
    title: Words
    state: str = Field(description="open or done")
    due: Moment | None
    overdue: bool
    created_at: Moment
    done_at: Moment | None


class NewHolder(Sent):
    """Who has the task from now on."""

    staff_id: IdIn


class Tasks(Given):
    """The caller's tasks, the most urgent first."""

    tasks: list[Task]


def task_of(row: Row, case_number: str, now: datetime) -> Task:
    return Task(
        id=row["id"],
        case_id=row["case_id"],
        case_number=case_number,
        role=row["role"],
        title=row["title"],
        state=row["state"],
        due=row["due"],
        overdue=row["state"] == "open" and row["due"] is not None and row["due"] <= now,
        created_at=row["created_at"],
        done_at=row["done_at"],
    )
