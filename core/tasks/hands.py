"""In whose hands a task is: given, put back, taken, put off; and its end together with its stage."""

from datetime import datetime

from core.bus.deed import Deed
from core.commands.desk import (
    ClaimTask,
    EndTask,
    GiveTask,
    OfferTask,
    ReleaseTask,
    RemindTask,
    ShowTask,
    SnoozeTask,
)
from core.engine.putting_off import put_off
from core.events.desk import TaskEnded, TaskGiven, TaskReleased, TaskReminded, TaskSnoozed
from core.kit.errors import AlreadyDecided, NotAllowed, NotFound, NotPossibleNow, Refusal
from core.ledger import timers
from core.staff.delegation import refuse_oneself
from core.staff.tables import staff
from core.store.sealing import Row
from core.tasks.tables import task


def give_task(command: GiveTask, deed: Deed) -> None:
    """Giving it to whoever has it changes nothing. A person gives it to a colleague with the task's role; that work
    follows a new owner is the system's own doing. Raises AlreadyDecided, NotAllowed for a deputy who would give it to
    himself, NotFound, NotPossibleNow."""
    row, member = _open(deed, command.task_id), deed.uow.get(staff, command.staff_id)
    if not member["active"]:
        raise NotFound(thing="staff", id=member["id"])
    if deed.actor.kind != "system" and row["role"] not in member["roles"]:
        raise NotPossibleNow(reason="not_his_role")
    refuse_oneself(deed.actor, member["id"])
    if row["staff_id"] != member["id"]:
        _move(row, int(member["id"]), deed)


def claim_task(command: ClaimTask, deed: Deed) -> None:
    """Of several who take it one gets it. Raises AlreadyDecided, NotAllowed, NotPossibleNow."""
    row = _open(deed, command.task_id)
    if row["role"] not in deed.actor.roles:
        raise NotAllowed(reason="not_your_role")
    mine = deed.actor.person
    if row["staff_id"] == mine:
        return
    if not deed.uow.settle(task, row["id"], {"state": "open", "staff_id": None}, staff_id=mine):
        raise NotPossibleNow(reason="has_owner")
    deed.emit(_given(row, mine, None))


def release_task(command: ReleaseTask, deed: Deed) -> None:
    """Releasing a task that nobody has changes nothing. Raises AlreadyDecided, NotPossibleNow."""
    row = _open(deed, command.task_id)
    if row["staff_id"] is None:
        return
    timers.cancel_key(deed.uow, snooze_key(row["id"]))
    deed.uow.change(task, row["id"], staff_id=None, snoozed_until=None)
    deed.emit(TaskReleased(case_id=row["case_id"], task_id=row["id"], title=row["title"], role=row["role"]))


def show_task(command: ShowTask, deed: Deed) -> None:
    """Its card comes to the actor, as one more copy that is redrawn with the others. Raises AlreadyDecided,
    NotPossibleNow."""
    row = _open(deed, command.task_id)
    deed.emit(TaskReminded(case_id=row["case_id"], task_id=row["id"], staff_id=deed.actor.id))


def offer_task(command: OfferTask, deed: Deed) -> tuple[Row, list[Row]]:
    """Returns the task and the colleagues who hold its role; the chat in which it was tapped shows them."""
    row = _open(deed, command.task_id)
    out = {row["staff_id"], deed.actor.id if deed.actor.behalf else None}
    members = deed.uow.find(staff, active=True)
    return row, [each for each in members if row["role"] in each["roles"] and each["id"] not in out]


def snooze_task(command: SnoozeTask, deed: Deed) -> datetime:
    """Returns when it comes back. Raises AlreadyDecided, NotPossibleNow for a task that is not the actor's."""
    row = _open(deed, command.task_id)
    if row["staff_id"] not in deed.actor.people:
        raise NotPossibleNow(reason="has_owner")
    until = put_off(deed.now, command.until, deed.tool("calendar_of_case")(deed, row["case_id"]))
    deed.uow.change(task, row["id"], snoozed_until=until)
    remind = RemindTask(task_id=row["id"])
    timers.plan(deed.uow, snooze_key(row["id"]), until, remind, case_id=row["case_id"], scope="task")
    deed.emit(TaskSnoozed(case_id=row["case_id"], task_id=row["id"]))
    return until


def remind_task(command: RemindTask, deed: Deed) -> None:
    """A timer's command: a task that is done, or was put off again or given away meanwhile, stays quiet."""
    row = deed.uow.get(task, command.task_id)
    until = row["snoozed_until"]
    if row["state"] != "open" or row["staff_id"] is None or until is None or until > deed.now:
        return
    deed.uow.change(task, row["id"], snoozed_until=None)
    deed.emit(TaskReminded(case_id=row["case_id"], task_id=row["id"], staff_id=row["staff_id"]))


def end_task(command: EndTask, deed: Deed) -> None:
    """A task that is settled already stays as it is."""
    row = deed.uow.get(task, command.task_id)
    if not deed.uow.settle(task, row["id"], {"state": "open"}, state="ended", done_at=deed.now):
        return
    timers.cancel_key(deed.uow, snooze_key(row["id"]))
    told = {"task_id": row["id"], "title": row["title"], "stage": row["stage"]}
    deed.emit(TaskEnded(case_id=row["case_id"], **told))


def settled(row: Row) -> Refusal:
    """Why a task that is not open cannot be touched."""
    if row["state"] == "ended":
        return NotPossibleNow(reason="task_ended")
    return AlreadyDecided(reason="done", who_kind="staff", who=row["done_by"], when=row["done_at"])


def snooze_key(task_id: int) -> str:
    """The timer that brings a task back."""
    return f"task:{task_id}"


def _open(deed: Deed, task_id: int) -> Row:
    row = deed.uow.get(task, task_id)
    if row["state"] != "open":
        raise settled(row)
    return row


def _move(row: Row, staff_id: int, deed: Deed) -> None:
    before = row["staff_id"]
    timers.cancel_key(deed.uow, snooze_key(row["id"]))
    of_case = deed.wiring.subjects["case"](deed.uow, row["case_id"])  # may have got its department only now
    department = row["department_id"] if of_case is None else of_case.department
    deed.uow.change(task, row["id"], staff_id=staff_id, snoozed_until=None, department_id=department)
    deed.emit(_given(row, staff_id, before))


def _given(row: Row, staff_id: int, before: int | None) -> TaskGiven:
    told = {"task_id": row["id"], "title": row["title"], "staff_id": staff_id, "before": before}
    return TaskGiven(case_id=row["case_id"], **told)
