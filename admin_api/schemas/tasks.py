"""Tasks in JSON."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from admin_api.paging import Next
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
    state: str = Field(description="open, done, or ended with its stage")
    due: Moment | None
    overdue: bool
    created_at: Moment
    done_at: Moment | None = Field(description="When it was done or ended.")
    snoozed_until: Moment | None
    staff_id: IdOut | None = Field(description="Who has it; null: free to be claimed.")


class NewHolder(Sent):
    """Who has the task from now on."""

    staff_id: IdIn


class NewSnooze(Sent):
    """When the task comes back: in an hour, or at nine on the next working day of the case's calendar."""

    until: Literal["hour", "tomorrow"]


class TaskList(Given):
    """The caller's tasks, the most urgent first."""

    tasks: list[Task]
    next: Next


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
        snoozed_until=row["snoozed_until"],
        staff_id=row["staff_id"],
    )
