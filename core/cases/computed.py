"""Computed fields of a case: worked out anew in the unit that changes what they look at, and kept beside the others."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Final

from core.bus.deed import Deed
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import applicant, case
from core.commands.today import WorkOutToday
from core.engine.forms import Value
from core.engine.manners import wall
from core.events.happened import FieldSet
from core.events.today import DayWorkedOut
from core.ledger import timers
from core.ledger.tables import timer
from core.store.sealing import Row

SPREAD: Final = 3600  # seconds after midnight over which the cases of a house are worked out anew


def fill_fields(row: Row, given: Mapping[str, Value], deed: Deed, *, by_day: bool = False) -> None:
    """Keep these fields, and every computed one as it follows from them now.

    The case says FieldSet of what was given and of what was computed to another value, after both are kept: rules see
    them together. What cannot be known any more is taken out. ``by_day``: a day has begun, and nothing else is new.
    """
    fields = {**row["fields"], **given}
    computed = _worked_out(row, fields, deed)
    changed = tuple(key for key, value in computed.items() if fields.get(key) != value)
    fields |= {key: computed[key] for key in changed}
    if given or changed:
        kept = {key: value for key, value in fields.items() if value is not None or key not in computed}
        deed.uow.change(case, row["id"], fields=kept)
    if given:
        deed.emit(FieldSet(case_id=row["id"], fields=tuple(given)))
    if changed:
        own = FieldSet(case_id=row["id"], fields=changed, computed=True)
        deed.emit(DayWorkedOut(case_id=row["id"], fields=changed) if by_day else own)
    _wait_for_tomorrow(row, deed)


def compute_again(row: Row, deed: Deed, *, by_day: bool = False) -> None:
    """What the formulas look at has changed beside the fields: the applicants, the working calendar, the day, the
    flow's version."""
    fill_fields(row, {}, deed, by_day=by_day)


def day_key(case_id: int) -> str:
    """Of the timer with which a case waits for the next day."""
    return f"today:{case_id}"


def _wait_for_tomorrow(row: Row, deed: Deed) -> None:
    """Only where a formula looks at the day. The cases of a house come one after the other in the first hour of it."""
    compiled = compiled_of(deed, row)
    if not compiled.formulas.by_day:
        return
    zone = calendar_of(deed, compiled).zone
    begin = wall(deed.now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    at, key = begin + timedelta(seconds=row["id"] % SPREAD), day_key(row["id"])
    if deed.uow.first(timer, key=key, state="waiting", due=at) is None:
        timers.plan(deed.uow, key, at, WorkOutToday(case_id=row["id"]), case_id=row["id"], scope="today")


def _worked_out(row: Row, fields: Mapping[str, object], deed: Deed) -> Mapping[str, Value]:
    compiled = compiled_of(deed, row)
    if not compiled.formulas.fields:
        return {}
    applicants = len(deed.uow.find(applicant, case_id=row["id"]))
    tables = deed.tool("tables").of_flow(deed.uow, compiled.flow)
    calendar = calendar_of(deed, compiled)
    today: date = deed.now.astimezone(calendar.zone).date()
    return dict(compiled.formulas.work_out(fields, applicants, calendar, tables, today=today))
