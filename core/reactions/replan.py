"""A calendar was changed: limits and computed dates of open cases that go by it are planned again, with all that
hangs on them.

In parts: a step looks at some cases and gives each that is concerned a timer of its own, so that every case is a unit
under its own lock. A case that is opened or moved meanwhile goes by the new hours anyway; planning it again changes
nothing.
"""

from collections.abc import Iterator
from typing import Final

from core.bus.deed import Deed
from core.cases.computed import compute_again
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case
from core.catalog.calendars import replan
from core.catalog.settings import manners_of
from core.catalog.tables import office_calendar
from core.commands.command import Command
from core.commands.office import ReplanCase, ReplanCases, ReportCalendars
from core.events.calendars import LimitMoved, YearsUnconfirmed
from core.ledger import timers
from core.reactions import overdue, planning
from core.reactions.admins import tell
from core.store.sealing import Row

PART: Final = 100  # cases that one step looks at


def replan_cases(command: ReplanCases, deed: Deed) -> None:
    """Hand on the next part; the chain ends behind the last case."""
    deed.uow.need(f"{office_calendar.name}:{command.name}")
    rows = deed.uow.find(case, case.c.id > command.after, case.c.state == "open", order=case.c.id, limit=PART)
    for row in rows:
        if compiled_of(deed, row).flow.calendar == command.name:
            again = ReplanCase(case_id=row["id"])
            timers.plan(deed.uow, f"replan:{row['id']}", deed.now, again, case_id=row["id"], scope="replan")
    if len(rows) == PART:
        replan(command.name, rows[-1]["id"], deed)


def replan_case(command: ReplanCase, deed: Deed) -> None:
    """A limit that has passed stays as it was: whoever was told that it is over is not told a second time."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        return
    before = row["due"]
    compute_again(row, deed)
    _move_limit(row, deed)
    planning.plan_by_new_hours(row, before, deed)
    overdue.plan_by_new_hours(row["id"], deed)
    if row["due"] != before:
        deed.emit(LimitMoved(case_id=row["id"], before=before.isoformat(), due=row["due"].isoformat()))


def _move_limit(row: Row, deed: Deed) -> None:
    compiled = compiled_of(deed, row)
    span = compiled.flow.stage(row["stage"]).due
    if span is None or row["due"] is None or row["due"] <= deed.now:
        return
    due = calendar_of(deed, compiled).add(row["entered_at"], span)
    if due != row["due"]:
        deed.uow.change(case, row["id"], due=due)


def report_calendars(command: ReportCalendars, deed: Deed) -> None:
    """In the quiet hours nothing is told, and who asked looks again."""
    if not manners_of(deed).quiet.holds(deed.now, deed.tool("zone")):
        deed.emit(YearsUnconfirmed(missing=command.missing))


def tell_admins(event: YearsUnconfirmed, deed: Deed) -> Iterator[Command]:
    """Of every year of a calendar once."""
    for name, year in event.missing:
        yield from tell(deed, "calendars.unconfirmed", f"calendar:{name}:{year}", calendar=name, year=year)
