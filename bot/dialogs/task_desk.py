"""Tasks in a chat: one's own with the overdue first, what nobody has yet, and everything that is overdue."""

from typing import Any

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.review_snooze import put_off_reviews
from core.commands.desk import ClaimTask, GiveTask, OfferTask, ReleaseTask, ShowCase, ShowTask, SnoozeTask
from core.commands.reviewing import ShowReview
from core.commands.work import CompleteTask
from core.engine.access import Subject
from core.kit.words import as_is, said
from core.ledger.buttons import offer
from core.staff.policy import role_said
from core.store.sealing import Row
from core.tasks.tables import task
from core.views.my_tasks import my_tasks
from core.views.overdue import overdue_cases, overdue_tasks
from core.wiring.subjects import of_case, task_subject, version_subject

OVERDUE = frozenset({"逾期", "overdue", "/overdue"})
MOST = 10  # of one's own that have buttons, of free ones, of overdue cases
LOOKED = 500  # open tasks that are looked through for one list
_PUT_BACK = said("button.put_back")


def tasks(turn: Turn) -> None:
    """我的待办: overdue first, put off last, then what nobody has and he may take."""
    now = turn.uow.now
    mine = my_tasks(turn.uow, turn.actor)
    mine.sort(key=lambda row: (_put_off(turn, row), row["due"] is None, row["due"] or now, row["id"]))
    free = [
        row
        for role in sorted(turn.actor.roles)
        for row in turn.uow.find(task, role=role, staff_id=None, state="open", limit=LOOKED)
        if turn.house.policy.may(turn.actor, "task.claim", task_subject(turn.uow, row["id"]))
    ][:MOST]
    offers = []
    for n, row in enumerate(mine[:MOST], start=1):
        offers.append(offer(CompleteTask(task_id=row["id"]), said("button.nth_done", n=n), keeps=True))
        offers.append(offer(ShowTask(task_id=row["id"]), said("button.nth_later", n=n), keeps=True))
    for n, row in enumerate(free, start=len(mine[:MOST]) + 1):
        offers.append(offer(ClaimTask(task_id=row["id"]), said("button.nth_claim", n=n), keeps=True))
    ids, free_ids = [row["id"] for row in mine[:MOST]], [row["id"] for row in free]
    reviews = put_off_reviews(turn.uow, now, staff_id=turn.actor.id)[:MOST]
    offers += _reviews(reviews, len(ids) + len(free_ids))
    later = [[row["version_id"], row["staff_id"]] for row in reviews]
    params = {"mine": ids, "free": free_ids, "more": max(len(mine) - MOST, 0), "reviews": later}
    turn.reply("tasks", params=params, offers=offers)


def overdue(turn: Turn) -> None:
    """逾期: tasks and cases within this person's reach whose limit has passed, the longest overdue first."""
    now, policy = turn.uow.now, turn.house.policy
    late = overdue_tasks(turn.uow, turn.actor, policy, task_subject, now, MOST)
    cases = overdue_cases(turn.uow, turn.actor, policy, of_case, now, MOST)
    offers = [
        offer(ShowTask(task_id=row["id"]), said("button.nth_task", n=n), keeps=True)
        for n, row in enumerate(late, start=1)
    ]
    offers += [offer(ShowCase(case_id=row["id"]), as_is(row["number"]), keeps=True) for row in cases]
    reviews = [each for row in cases for each in put_off_reviews(turn.uow, now, case_id=row["id"])]
    reviews = [each for each in reviews if policy.may(turn.actor, "document.review", _version(turn, each))][:MOST]
    offers += _reviews(reviews, len(late))
    later = [[row["version_id"], row["staff_id"]] for row in reviews]
    params = {"tasks": [row["id"] for row in late], "cases": [row["id"] for row in cases], "reviews": later}
    turn.reply("overdue", params=params, offers=offers)


def _reviews(rows: list[Row], before: int) -> list[dict[str, Any]]:
    """A button for each review that is put off, numbered after what stands before it."""
    return [
        offer(ShowReview(version_id=row["version_id"]), said("button.nth_review", n=n), keeps=True)
        for n, row in enumerate(rows, start=before + 1)
    ]


def _version(turn: Turn, row: Row) -> Subject | None:
    return version_subject(turn.uow, row["version_id"])


def offer_colleagues(turn: Turn, found: tuple[Row, list[Row]]) -> None:
    """Colleagues who hold the task's role, and putting it back for all of them."""
    row, people = found
    offers: list[dict[str, Any]] = [
        offer(GiveTask(task_id=row["id"], staff_id=each["id"]), as_is(each["name"])) for each in people[:MOST]
    ]
    offers.append(offer(ReleaseTask(task_id=row["id"]), _PUT_BACK))
    role = role_said(turn.house.policy, row["role"])
    turn.say("task.to_whom", offers=offers, title=dict(row["title"]), role=role)


def _put_off(turn: Turn, row: Row) -> bool:
    return row["snoozed_until"] is not None and bool(row["snoozed_until"] > turn.uow.now)


def _whom(pressed: Pressed) -> None:
    offer_colleagues(pressed.turn, pressed.result)


def _done(pressed: Pressed) -> None:
    pressed.redraw_reply()


def _snoozed(pressed: Pressed) -> None:
    pressed.redraw_reply()
    pressed.turn.say("task.snoozed", when=f"{pressed.result.astimezone(pressed.turn.house.zone):%m-%d %H:%M}")


def _given(pressed: Pressed) -> None:
    pressed.redraw_reply()
    pressed.turn.say("task.given" if isinstance(pressed.command, GiveTask) else "task.released")


AFTER: After = {
    OfferTask: _whom,
    SnoozeTask: _snoozed,
    GiveTask: _given,
    ReleaseTask: _given,
    ClaimTask: _done,
    CompleteTask: _done,
}
