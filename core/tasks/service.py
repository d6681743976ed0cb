"""Handlers of the tasks' room, and the facts that guards ask of it."""

from collections.abc import Mapping

from core.bus.deed import Deed
from core.commands.work import CompleteTask, CreateTask
from core.engine.access import Actor
from core.engine.calendar import Span
from core.events.happened import TaskCreated, TaskDone
from core.kit.errors import AlreadyDecided
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.tasks.tables import task


def create_task(command: CreateTask, deed: Deed) -> int:
    """Returns the task's id; an open task of the same case and key stands for a second one."""
    if command.key:
        known = deed.uow.first(task, case_id=command.case_id, key=command.key, state="open")
        if known is not None:
            return int(known["id"])
    staff_id = deed.tool("team")(deed.uow, command.case_id, command.role)
    due = None
    if command.due:
        due = deed.tool("calendar_of_case")(deed, command.case_id).add(deed.now, Span.parse(command.due))
    row = deed.uow.add(
        task,
        case_id=command.case_id,
        role=command.role,
        staff_id=staff_id,
        title=dict(command.title),
        key=command.key or None,
        due=due,
        created_at=deed.now,
    )
    title = dict(command.title)
    deed.emit(
        TaskCreated(case_id=command.case_id, task_id=row["id"], role=command.role, staff_id=staff_id, title=title)
    )
    return int(row["id"])


def complete_task(command: CompleteTask, deed: Deed) -> None:
    """Raises AlreadyDecided with who and when."""
    row = deed.uow.get(task, command.task_id)
    done = {"state": "done", "done_at": deed.now, "done_by": deed.actor.id}
    if not deed.uow.settle(task, row["id"], {"state": "open"}, **done):
        row = deed.uow.find(task, id=row["id"])[0]
        raise AlreadyDecided(who_kind="staff", who=row["done_by"], when=row["done_at"])
    deed.emit(TaskDone(case_id=row["case_id"], task_id=row["id"]))


def facts(uow: UnitOfWork, case: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``tasks.*`` of a case."""
    return {"tasks.open": len(uow.find(task, case_id=case["id"], state="open"))}
