"""Handlers of the tasks' room, and the facts that guards ask of it."""

from collections.abc import Mapping

from core.bus.deed import Deed
from core.commands.desk import GiveTask
from core.commands.work import CompleteTask, CreateTask
from core.engine.access import Actor
from core.engine.calendar import Span
from core.events.desk import TaskGiven
from core.events.happened import TaskCreated, TaskDone
from core.kit.errors import AlreadyDecided, NotFound, NotPossibleNow
from core.staff.tables import staff
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
        raise _settled(deed.uow.find(task, id=row["id"])[0])
    deed.emit(TaskDone(case_id=row["case_id"], task_id=row["id"]))


def give_task(command: GiveTask, deed: Deed) -> None:
    """Giving it to whoever has it changes nothing. A person gives it to a colleague with the task's role; that work
    follows a new owner is the system's own doing. Raises AlreadyDecided, NotFound, NotPossibleNow."""
    row, member = deed.uow.get(task, command.task_id), deed.uow.get(staff, command.staff_id)
    if row["state"] != "open":
        raise _settled(row)
    if not member["active"]:
        raise NotFound(thing="staff", id=member["id"])
    if deed.actor.kind != "system" and row["role"] not in member["roles"]:
        raise NotPossibleNow(reason="not_his_role")
    if row["staff_id"] == member["id"]:
        return
    before = row["staff_id"]
    deed.uow.change(task, row["id"], staff_id=member["id"], snoozed_until=None)
    told = {"task_id": row["id"], "title": row["title"], "staff_id": member["id"], "before": before}
    deed.emit(TaskGiven(case_id=row["case_id"], **told))


def _settled(row: Row) -> AlreadyDecided:
    return AlreadyDecided(who_kind="staff", who=row["done_by"], when=row["done_at"])


def facts(uow: UnitOfWork, case: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``tasks.*`` of a case."""
    return {"tasks.open": len(uow.find(task, case_id=case["id"], state="open"))}
