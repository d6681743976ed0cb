"""A calendar was changed: limits and computed dates of open cases that go by it are planned again, with all that
hangs on them.

In parts: a step looks at some cases and gives each that is concerned a timer of its own, so that every case is a unit
under its own lock. A case that is opened or moved meanwhile goes by the new hours anyway; planning it again changes
nothing.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import or_, select

from core.bus.deed import Deed
from core.cases import pausing
from core.cases.computed import compute_again
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case
from core.catalog.calendars import replan
from core.catalog.settings import manners_of
from core.catalog.tables import office_calendar
from core.commands.command import Command
from core.commands.office import ReplanCase, ReplanCases, ReportCalendars
from core.engine.calendar import Span
from core.events.calendars import LimitMoved, TaskLimitMoved, YearsUnconfirmed
from core.ledger import timers
from core.ledger.tables import in_state
from core.reactions import overdue, planning
from core.reactions.admins import tell
from core.store.sealing import Row
from core.tasks.tables import task

PART: Final = 100  # cases that one step looks at


def replan_cases(command: ReplanCases, deed: Deed) -> None:
    """Hand on the next part; the chain ends behind the last case."""
    deed.uow.need(f"{office_calendar.name}:{command.name}")
    limited = select(task.c.case_id).where(in_state(task, "open"), task.c.due.is_not(None))
    concerned = or_(in_state(case, "open"), case.c.id.in_(limited))
    rows = deed.uow.find(case, case.c.id > command.after, concerned, order=case.c.id, limit=PART)
    for row in rows:
        if compiled_of(deed, row).flow.calendar == command.name:
            again = ReplanCase(case_id=row["id"])
            timers.plan(deed.uow, f"replan:{row['id']}", deed.now, again, case_id=row["id"], scope="replan")
    if len(rows) == PART:
        replan(command.name, rows[-1]["id"], deed)


def replan_case(command: ReplanCase, deed: Deed) -> None:
    """A limit that has passed stays as it was: whoever was told that it is over is not told a second time. Tasks of no
    stage outlive their case."""
    row = deed.uow.get(case, command.case_id)
    _move_tasks(row, deed)
    if row["state"] != "open":
        return
    was = dict(row)
    before = was["due"]
    compute_again(row, deed)
    _move_limit(row, deed)
    planning.plan_by_new_hours(row, was, deed)
    if row["due"] != before:
        deed.emit(LimitMoved(case_id=row["id"], before=before.isoformat(), due=row["due"].isoformat()))


def _move_limit(row: Row, deed: Deed) -> None:
    """One that stands still is moved where it was, and goes on from there."""
    compiled, since = compiled_of(deed, row), pausing.paused_since(row)
    name = "due" if since is None else "paused_due"
    span = compiled.flow.stage(row["stage"]).due
    if span is None or row[name] is None or row[name] <= (since or deed.now):
        return
    due = pausing.limit_of(deed.uow, row, span, calendar_of(deed, compiled))
    if due != row[name]:
        deed.uow.change(case, row["id"], **{name: due})


def _move_tasks(row: Row, deed: Deed) -> None:
    """What is open and not late yet follows from its span by the new hours; one that was made before spans were kept
    keeps its limit. Then everything that nobody was told of goes up anew."""
    calendar = calendar_of(deed, compiled_of(deed, row))
    for each in deed.uow.find(task, case_id=row["id"], state="open"):
        before = each["due"]
        if each["span"] is None or before is None or before <= deed.now:
            continue
        due = calendar.add(each["created_at"], Span.parse(each["span"]))
        if due != before:
            deed.uow.change(task, each["id"], due=due)
            moved = {"task_id": each["id"], "title": each["title"]}
            deed.emit(TaskLimitMoved(case_id=row["id"], before=before.isoformat(), due=due.isoformat(), **moved))
    overdue.plan_by_new_hours(row["id"], deed)


def report_calendars(command: ReportCalendars, deed: Deed) -> None:
    """In the quiet hours nothing is told, and who asked looks again."""
    if not manners_of(deed).quiet.holds(deed.now, deed.tool("zone")):
        deed.emit(YearsUnconfirmed(missing=command.missing))


def tell_admins(event: YearsUnconfirmed, deed: Deed) -> Iterator[Command]:
    """Of every year of a calendar once."""
    for name, year in event.missing:
        yield from tell(deed, "calendars.unconfirmed", f"calendar:{name}:{year}", calendar=name, year=year)
