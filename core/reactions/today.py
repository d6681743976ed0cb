"""A day begins: computed fields that look at it are worked out anew, and what hangs on them follows.

Guards, the checklist and papers go by the new values from the first hour of the day. Rules on FieldSet act at nine in
the calendar's zone, when rules about days begin to count: nobody is written to at night because a day has passed.
"""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.checklist import sync_checklist
from core.cases.computed import compute_again, day_key
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case
from core.commands.command import Command
from core.commands.today import TellToday, WorkOutToday
from core.engine.moments import morning
from core.events.happened import FieldSet
from core.events.migrating import CaseMigrated
from core.events.today import DayWorkedOut
from core.ledger import timers
from core.ledger.tables import timer


def work_out_today(command: WorkOutToday, deed: Deed) -> None:
    """Doing it twice on a day changes nothing. On a version of the flow that does not look at the day no timer stays
    behind."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        return
    if not compiled_of(deed, row).formulas.by_day:
        timers.cancel_key(deed.uow, day_key(row["id"]))
        return
    compute_again(row, deed, by_day=True)
    sync_checklist(row, deed)


def tell_today(command: TellToday, deed: Deed) -> None:
    """Fields that the flow does not compute any more, as the case has gone over to another version, are left out."""
    row = deed.uow.get(case, command.case_id)
    computed = {field.key for _, field in compiled_of(deed, row).formulas.fields}
    fields = tuple(key for key in command.fields if key in computed)
    if row["state"] == "open" and fields:
        deed.emit(FieldSet(case_id=row["id"], fields=fields, computed=True, by_day=True))


def wait_for_morning(event: DayWorkedOut, deed: Deed) -> Iterator[Command]:
    """At once if it is morning already, as after a time in which the house was away."""
    row = deed.uow.get(case, event.case_id or 0)
    calendar = calendar_of(deed, compiled_of(deed, row))
    at = morning(deed.now.astimezone(calendar.zone).date(), calendar)
    told = TellToday(case_id=row["id"], fields=event.fields)
    if at <= deed.now:
        yield told
    else:
        key = f"today_told:{row['id']}:{row['version']}"
        timers.plan(deed.uow, key, at, told, case_id=row["id"], scope="today")


def follow_version(event: CaseMigrated, deed: Deed) -> Iterator[Command]:
    """The version on which the case is now may look at the day, or the one before did."""
    row = deed.uow.get(case, event.case_id or 0)
    waits = deed.uow.first(timer, key=day_key(row["id"]), state="waiting") is not None
    if waits or compiled_of(deed, row).formulas.by_day:
        yield WorkOutToday(case_id=row["id"])
