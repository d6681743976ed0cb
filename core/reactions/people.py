"""What follows for people: tasks, words of staff, a question at the end."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.commands.command import Command
from core.commands.desk import OfferTask, SnoozeTask
from core.commands.work import CompleteTask, CreateTask, Notify, RedrawCard
from core.engine.sayings import in_both
from core.events.happened import NotReachable, SaidToClient, SurveyAsked, TaskCreated, TaskDone
from core.kit.words import said
from core.ledger.buttons import close_card, offer
from core.store.sealing import Row
from core.surveys.service import scores, survey_card
from core.surveys.tables import survey
from core.tasks.tables import task

_DONE = said("button.done")
_HOUR = said("button.in_an_hour")
_TOMORROW = said("button.tomorrow")
_GIVE = said("button.give_task")


def hand_out(event: TaskCreated, deed: Deed) -> Iterator[Command]:
    if event.staff_id is None or event.case_id is None:
        return
    yield task_notice(deed.uow.get(task, event.task_id), event.staff_id)


def task_notice(row: Row, staff_id: int) -> Notify:
    """The card of a task for whoever has it, and for whoever stands in for him."""
    task_id = row["id"]
    return Notify(
        to="staff",
        person_id=staff_id,
        notice="task",
        subject={"case": row["case_id"], "task": task_id},
        as_=(row["role"],) if row["staff_id"] == staff_id else (),
        card=f"task:{task_id}",
        buttons=(
            offer(CompleteTask(task_id=task_id), _DONE, "primary"),
            offer(SnoozeTask(task_id=task_id, until="hour"), _HOUR, keeps=True),
            offer(SnoozeTask(task_id=task_id, until="tomorrow"), _TOMORROW, keeps=True),
            offer(OfferTask(task_id=task_id), _GIVE, keeps=True),
        ),
    )


def tick_off(event: TaskDone, deed: Deed) -> Iterator[Command]:
    row = deed.uow.get(task, event.task_id)
    done = {"settled_at": row["done_at"], "settled_kind": "staff", "settled_by": row["done_by"]}
    close_card(deed.uow, f"task:{event.task_id}", done)
    yield RedrawCard(card=f"task:{event.task_id}")


def reach_by_hand(event: NotReachable, deed: Deed) -> Iterator[Command]:
    """A client who has no chat is not met with silence: whoever answers for the stage gets a task."""
    if event.case_id is None or event.to != "client" or event.via != "chat":
        return
    row = deed.uow.get(case, event.case_id)
    if event.person_id != row["client_id"]:
        return  # a guardian without a chat: the client himself has been told
    role = compiled_of(deed, row).flow.stage(row["stage"]).owner
    title = in_both(deed.tool("sayings"), "task_title.call_client")
    yield CreateTask(case_id=row["id"], role=role, title=title, due="1d", key=f"unreachable:{row['stage']}")


def pass_on(event: SaidToClient, deed: Deed) -> Iterator[Command]:
    row = deed.uow.get(case, event.case_id or 0)
    yield Notify(
        to="client",
        person_id=row["client_id"],
        notice="said",
        subject={"case": row["id"], "staff": event.staff_id},
        params={"text": event.text},
    )


def ask_satisfaction(event: SurveyAsked, deed: Deed) -> Iterator[Command]:
    row, asked = deed.uow.get(case, event.case_id or 0), deed.uow.first(survey, case_id=event.case_id)
    yield Notify(
        to="client",
        person_id=row["client_id"],
        notice="survey",
        subject={"case": row["id"]},
        params={"message": event.question},
        card=survey_card(row["id"]),
        buttons=() if asked is None else scores(asked),
    )
