"""What follows at the staff desk: questions for words, work that follows its new owner, and tasks."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.handovers import WAY
from core.cases.tables import case
from core.commands.command import Command
from core.commands.desk import ClaimTask, EndTask, GiveTask, ShowCase
from core.commands.work import Notify, RedrawCard, StartDialog
from core.events.calendars import TaskLimitMoved
from core.events.desk import TaskEnded, TaskGiven, TaskReleased, TaskReminded, TaskSnoozed, WordsAsked
from core.events.happened import CaseClosed, RoleAssigned, StageLeft
from core.kit.words import said
from core.ledger.buttons import close_card, offer
from core.reactions.people import task_notice
from core.staff.policy import role_said
from core.staff.service import actor_of
from core.staff.tables import staff
from core.tasks.tables import task

_CLAIM = said("button.claim")
_OPEN = said("button.look_at_case")


def ask_words(event: WordsAsked, deed: Deed) -> Iterator[Command]:
    """The question goes to the member of staff who pressed."""
    dialog: dict[str, object] = {"kind": event.what, "case": event.case_id, "answers": []}
    yield StartDialog(to="staff", person_id=event.staff_id, dialog=dialog)


def hand_on(event: RoleAssigned, deed: Deed) -> Iterator[Command]:
    """Who came reads what he must know and what was said last; who went is told; open tasks of the role follow."""
    row = deed.uow.get(case, event.case_id or 0)
    if row["state"] != "open" or event.staff_id == event.before:
        return
    if event.way != WAY:  # else the card of the hand-over tells him
        yield Notify(
            to="staff",
            person_id=event.staff_id,
            notice="handed_over",
            subject={"case": row["id"]},
            params={"role": event.role},
            as_=(event.role,),
            buttons=(offer(ShowCase(case_id=row["id"]), _OPEN, keeps=True),),
        )
    if event.before is not None and event.before != deed.actor.id:
        told = {"number": row["number"], "role": role_said(deed.wiring.policy, event.role)}
        params = {"key": "desk.handed_on", "params": told}
        yield Notify(to="staff", person_id=event.before, notice="say", subject={"case": row["id"]}, params=params)
    for each in deed.uow.find(task, case_id=row["id"], role=event.role, state="open"):
        if event.before is None or each["staff_id"] in (event.before, None):
            yield GiveTask(task_id=each["id"], staff_id=event.staff_id)


def hand_task(event: TaskGiven, deed: Deed) -> Iterator[Command]:
    """Earlier copies of the card lose their buttons and say who has it; the new owner gets his own."""
    card = f"task:{event.task_id}"
    close_card(deed.uow, card)
    yield RedrawCard(card=card)
    if event.case_id is not None:
        yield task_notice(deed.uow.get(task, event.task_id), event.staff_id)


def offer_to_role(event: TaskReleased, deed: Deed) -> Iterator[Command]:
    """Everybody who may take it gets a card with one button; the first press gets the task."""
    card, subject = f"task:{event.task_id}", deed.wiring.subjects["task"](deed.uow, event.task_id)
    close_card(deed.uow, card)
    yield RedrawCard(card=card)
    for member in deed.uow.find(staff, active=True):
        actor = actor_of(deed.uow, member["id"]) if event.role in member["roles"] else None
        if actor is None or event.case_id is None or member["id"] == deed.actor.id:
            continue
        if deed.wiring.policy.may(actor, "task.claim", subject):
            yield Notify(
                to="staff",
                person_id=member["id"],
                notice="task",
                subject={"case": event.case_id, "task": event.task_id},
                card=card,
                buttons=(offer(ClaimTask(task_id=event.task_id), _CLAIM, "primary"),),
            )


def remind(event: TaskReminded, deed: Deed) -> Iterator[Command]:
    """The card comes again."""
    if event.case_id is not None:
        yield RedrawCard(card=f"task:{event.task_id}")
        yield task_notice(deed.uow.get(task, event.task_id), event.staff_id)


def redraw_task(event: TaskSnoozed | TaskLimitMoved, deed: Deed) -> Iterator[Command]:
    yield RedrawCard(card=f"task:{event.task_id}")


def end_tasks(event: StageLeft | CaseClosed, deed: Deed) -> Iterator[Command]:
    """Tasks end with the stage to which they belong, all that belong to any with the case."""
    for each in deed.uow.find(task, case_id=event.case_id, state="open"):
        ends = each["stage"] == event.stage if isinstance(event, StageLeft) else each["stage"] is not None
        if ends:
            yield EndTask(task_id=each["id"])


def end_card(event: TaskEnded, deed: Deed) -> Iterator[Command]:
    close_card(deed.uow, f"task:{event.task_id}")
    yield RedrawCard(card=f"task:{event.task_id}")
