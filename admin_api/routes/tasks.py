"""Tasks of the caller."""

from typing import Literal

from admin_api.desk import AtDesk, Desk
from admin_api.need import does, lists
from admin_api.paging import USUAL, Cursor, Limit, Place, moment, page_of
from admin_api.route import section
from admin_api.schemas.ids import IdIn
from admin_api.schemas.tasks import NewHolder, NewSnooze, Task, TaskList, task_of
from core.cases.tables import case
from core.commands.desk import ClaimTask, GiveTask, ReleaseTask, SnoozeTask
from core.commands.work import CompleteTask
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.store.sealing import Row
from core.tasks.tables import task
from core.views.my_tasks import my_tasks

TASKS = section("tasks")


@TASKS.operation("GET", "/tasks", lists("task.complete"))
def list_tasks(
    desk: AtDesk, state: Literal["open", "done", "ended"] = "open", cursor: Cursor = None, limit: Limit = USUAL
) -> TaskList:
    """The caller's own tasks, and those of the colleagues for whom he stands in at present."""
    with desk.look() as reader:
        rows, following = page_of(my_tasks(reader, desk.actor, state), _place, cursor, limit)
        return TaskList(tasks=_tasks(desk, reader, rows), next=following)


@TASKS.operation("POST", "/tasks/{task_id}/complete", does(CompleteTask), errors=[409])
def complete_task(desk: AtDesk, task_id: IdIn) -> Task:
    """Say that a task is done."""
    desk.do(CompleteTask(task_id=task_id))
    return _task(desk, task_id)


@TASKS.operation("POST", "/tasks/{task_id}/give", does(GiveTask), errors=[409])
def give_task(desk: AtDesk, task_id: IdIn, body: NewHolder) -> Task:
    """Give a task to a colleague who holds its role."""
    desk.do(GiveTask(task_id=task_id, staff_id=body.staff_id))
    return _task(desk, task_id)


@TASKS.operation("POST", "/tasks/{task_id}/claim", does(ClaimTask), errors=[409])
def claim_task(desk: AtDesk, task_id: IdIn) -> Task:
    """Take a task of a role of one's own that nobody has yet."""
    desk.do(ClaimTask(task_id=task_id))
    return _task(desk, task_id)


@TASKS.operation("POST", "/tasks/{task_id}/release", does(ReleaseTask), errors=[409])
def release_task(desk: AtDesk, task_id: IdIn) -> Task:
    """Put a task back: whoever holds its role may take it."""
    desk.do(ReleaseTask(task_id=task_id))
    return _task(desk, task_id)


@TASKS.operation("POST", "/tasks/{task_id}/snooze", does(SnoozeTask), errors=[409])
def snooze_task(desk: AtDesk, task_id: IdIn, body: NewSnooze) -> Task:
    """Put one's own task off: it comes back in an hour, or at nine on the next working day."""
    desk.do(SnoozeTask(task_id=task_id, until=body.until))
    return _task(desk, task_id)


def _place(row: Row) -> Place:
    """What is due first comes first; what has no limit comes last, the oldest first."""
    return int(row["due"] is None), moment(row["due"] or row["created_at"]), int(row["id"])


def _task(desk: Desk, task_id: int) -> Task:
    """As it is now."""
    with desk.look() as reader:
        found = _tasks(desk, reader, reader.find(task, id=task_id))
    if not found:
        raise NotFound(thing="task")
    return found[0]


def _tasks(desk: Desk, reader: Reader, rows: list[Row]) -> list[Task]:
    wanted = {row["case_id"] for row in rows}
    cases = reader.find(case, case.c.id.in_(wanted)) if wanted else []
    numbers = {row["id"]: row["number"] for row in cases}
    now = desk.parts.clock.now()
    return [task_of(row, numbers.get(row["case_id"], ""), now) for row in rows]
