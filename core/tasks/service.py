"""Handlers of the tasks' room, and the facts that guards ask of it."""

from collections.abc import Mapping

from core.bus.deed import Deed
from core.commands.work import CompleteTask, CreateTask
from core.engine.access import Actor
from core.engine.calendar import Span
from core.events.happened import TaskCreated, TaskDone
from core.ledger import timers
from core.store.reading import Dated
from core.store.sealing import Row
from core.tasks.hands import settled, snooze_key
from core.tasks.tables import task

CURRENT = "current"
"""As the stage of a new task: the one where its case is."""


def create_task(command: CreateTask, deed: Deed) -> int:
    """Returns the task's id; an open task of the same case and key stands for a second one, with ``ever`` one that is
    done or ended too."""
    if command.key:
        state = {} if command.ever else {"state": "open"}
        known = deed.uow.first(task, case_id=command.case_id, key=command.key, **state)
        if known is not None:
            return int(known["id"])
    staff_id = command.staff_id or deed.tool("team")(deed.uow, command.case_id, command.role)
    due = None
    if command.due:
        due = deed.tool("calendar_of_case")(deed, command.case_id).add(deed.now, Span.parse(command.due))
    of_case = deed.wiring.subjects["case"](deed.uow, command.case_id)
    row = deed.uow.add(
        task,
        case_id=command.case_id,
        role=command.role,
        staff_id=staff_id,
        title=dict(command.title),
        key=command.key or None,
        stage=_stage(command, deed),
        due=due,
        span=command.due or None,
        created_at=deed.now,
        department_id=None if of_case is None else of_case.department,
    )
    title = dict(command.title)
    deed.emit(
        TaskCreated(case_id=command.case_id, task_id=row["id"], role=command.role, staff_id=staff_id, title=title)
    )
    return int(row["id"])


def _stage(command: CreateTask, deed: Deed) -> str | None:
    """The stage with which the task ends, if it belongs to one."""
    if command.stage != CURRENT:
        return command.stage or None
    return str(deed.tool("stage_of_case")(deed.uow, command.case_id))


def complete_task(command: CompleteTask, deed: Deed) -> None:
    """Raises AlreadyDecided with who and when, NotPossibleNow when its stage has ended it."""
    row = deed.uow.get(task, command.task_id)
    done = {"state": "done", "done_at": deed.now, "done_by": deed.actor.id, "done_for": deed.actor.behalf or None}
    if not deed.uow.settle(task, row["id"], {"state": "open"}, **done):
        raise settled(deed.uow.find(task, id=row["id"])[0])
    timers.cancel_key(deed.uow, snooze_key(row["id"]))
    deed.emit(TaskDone(case_id=row["case_id"], task_id=row["id"]))


def facts(lookup: Dated, case: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``tasks.*`` of a case."""
    return {"tasks.open": len(lookup.find(task, case_id=case["id"], state="open"))}
