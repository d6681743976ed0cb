"""Overdue work goes up a step: its holder is reminded, his lead is told, then an admin; each once, in working time.

One timer per task and per version waits for the next step. It looks at the truth when its hour has come: what is done
goes no further. A step for which nobody is there is passed over.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from core.bus.deed import Deed
from core.cases.review_snooze import put_off_until
from core.cases.second_look import waits_for
from core.cases.tables import case, document_version, item
from core.catalog.settings import manners_of
from core.commands.command import Command, to_json
from core.commands.overdue import EscalateReview, EscalateTask
from core.engine.calendar import Span, WorkingCalendar
from core.engine.ladder import Step
from core.engine.manners import decent
from core.events.happened import DocumentSubmitted, DocumentWithdrawn, TaskCreated
from core.events.overdue import ReviewOverdue, TaskOverdue
from core.ledger import timers
from core.ledger.tables import timer
from core.reactions.documents import reviewer_of
from core.reactions.leads import admins_above, leads_above
from core.staff.tables import staff
from core.store.sealing import Row
from core.tasks.tables import task


@dataclass(frozen=True, slots=True)
class _Work:
    """What is overdue: its kind and row, the case whose end ends its timer, and whose it is."""

    kind: str
    row: Row
    of_case: int | None
    holders: tuple[int, ...]
    escalate: Callable[[Step], Command]

    @property
    def key(self) -> str:
        return f"late:{self.kind}:{self.row['id']}"


def watch_task(event: TaskCreated, deed: Deed) -> Iterable[Command]:
    """A task with a limit goes up from there."""
    row = deed.uow.get(task, event.task_id)
    if row["due"] is not None:
        _plan(_task(row), None, row["due"], deed)
    return ()


def watch_review(event: DocumentSubmitted | DocumentWithdrawn, deed: Deed) -> Iterable[Command]:
    """A version that waits for a decision goes up from the end of the time that it may wait; after a withdrawal so does
    the one that counts again."""
    version_id = event.before_id if isinstance(event, DocumentWithdrawn) else event.version_id
    wait = manners_of(deed).ladder.review
    version = None if version_id is None else deed.uow.get(document_version, version_id)
    if version is not None and version["status"] == "submitted" and wait:
        limit = _calendar(version, deed).add(deed.now, Span(wait, "h"))
        _plan(_review(version, ()), None, limit, deed)
    return ()


def plan_by_new_hours(case_id: int, deed: Deed) -> None:
    """The calendar was changed: tasks nobody was told of yet go up as their limit and the new hours say."""
    first = manners_of(deed).ladder.above(None)
    for row in deed.uow.find(task, case_id=case_id, state="open"):
        waits = deed.uow.first(timer, key=_task(row).key, state="waiting")
        if waits is not None and first is not None and waits["command"] == to_json(_task(row).escalate(first[0])):
            _plan(_task(row), None, row["due"], deed)


def escalate_task(command: EscalateTask, deed: Deed) -> None:
    """A task that is done, or has no limit, goes nowhere. One that was put off comes back by itself, so that its holder
    is not reminded twice; his lead hears of it all the same."""
    row = deed.uow.get(task, command.task_id)
    if row["state"] != "open" or row["due"] is None or row["due"] > deed.now:
        return
    later = row["snoozed_until"] is not None and row["snoozed_until"] > deed.now
    people = _go_up(_task(row), command.step, () if later else _task(row).holders, deed)
    if people:
        told = {"task_id": row["id"], "title": row["title"], "step": command.step}
        deed.emit(TaskOverdue(case_id=row["case_id"], people=people, **told))


def escalate_review(command: EscalateReview, deed: Deed) -> None:
    """As a task; of two reviewers those are meant who have not approved yet."""
    version = deed.uow.get(document_version, command.version_id)
    row = deed.uow.get(case, version["case_id"])
    if version["status"] != "submitted" or row["state"] != "open":
        return
    reviewer = reviewer_of(row, deed)
    holders = tuple(waits_for(version) or ([] if reviewer is None else [reviewer]))
    ready = tuple(each for each in holders if put_off_until(deed.uow, version["id"], each, deed.now) is None)
    people = _go_up(_review(version, holders), command.step, ready, deed)
    if people:
        wanted = deed.uow.get(item, version["item_id"])
        about = {"item_id": wanted["id"], "item": wanted["key"], "version_id": version["id"], "version": version["n"]}
        deed.emit(ReviewOverdue(case_id=row["id"], step=command.step, people=people, **about))


def _go_up(work: _Work, step: Step, ready: tuple[int, ...], deed: Deed) -> tuple[int, ...]:
    """Who is to be told at this step; the next one is planned. At night and on a day off nobody, and the step waits:
    it may have been held up until then."""
    at = _decent(deed.now, work, deed)
    if at > deed.now:
        _keep(work, step, at, deed)
        return ()
    _plan(work, step, deed.now, deed)
    if step == "person":
        return tuple(each for each in ready if deed.uow.get(staff, each)["active"])
    subject = deed.wiring.subjects[work.kind](deed.uow, work.row["id"])
    if subject is None:
        return ()
    leads = leads_above(subject, work.holders, deed) if manners_of(deed).ladder.lead else ()
    return leads if step == "lead" else admins_above(subject, (*work.holders, *leads), deed)


def _plan(work: _Work, step: Step | None, since: datetime, deed: Deed) -> None:
    above = manners_of(deed).ladder.above(step)
    if above is not None:
        following, wait = above
        _keep(work, following, _decent(_calendar(work.row, deed).add(since, wait), work, deed), deed)


def _keep(work: _Work, step: Step, at: datetime, deed: Deed) -> None:
    timers.plan(deed.uow, work.key, at, work.escalate(step), case_id=work.of_case, scope="late")


def _task(row: Row) -> _Work:
    """A task that belongs to no stage outlives its case, and so does its timer."""
    holders = () if row["staff_id"] is None else (int(row["staff_id"]),)
    return _Work("task", row, None, holders, lambda step: EscalateTask(task_id=row["id"], step=step))


def _review(version: Row, holders: tuple[int, ...]) -> _Work:
    def escalate(step: Step) -> Command:
        return EscalateReview(version_id=version["id"], step=step)

    return _Work("version", version, version["case_id"], holders, escalate)


def _decent(at: datetime, work: _Work, deed: Deed) -> datetime:
    return decent(at, _calendar(work.row, deed), manners_of(deed).quiet, deed.tool("zone"))


def _calendar(row: Row, deed: Deed) -> WorkingCalendar:
    found: WorkingCalendar = deed.tool("calendar_of_case")(deed, row["case_id"])
    return found
