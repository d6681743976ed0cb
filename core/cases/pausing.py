"""Limits of stages that stand still while a case is in a sub-status that says so.

While one does, the case has no `due`: nothing that looks at limits sees it as late or plans by it. Kept are since when,
where the limit was, and the sub-status before; the stage's span notes each pause once it is over.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from core.bus.deed import Deed
from core.cases.tables import case, stage_span
from core.engine.calendar import Span, WorkingCalendar
from core.engine.flow import Stage
from core.engine.pauses import Pause, after_pause, limit, paused_minutes
from core.events.pauses import LimitPaused, LimitResumed
from core.ledger import timers
from core.store.reading import Lookup
from core.store.sealing import Row

RUNNING: Final[Mapping[str, None]] = {"paused_at": None, "paused_due": None, "paused_from": None}
"""The columns of a case whose limit runs."""


def paused_since(row: Row) -> datetime | None:
    """Since when the limit stands still; None while it runs. What an older version of this program has left behind from
    an earlier stage does not count."""
    since: datetime | None = row["paused_at"]
    return since if since is not None and row["due"] is None and since >= row["entered_at"] else None


def span_of(lookup: Lookup, case_id: int) -> Row | None:
    """The stay in the present stage."""
    return lookup.first(stage_span, case_id=case_id, left=None)


def pauses_of(span: Row | None) -> list[Pause]:
    """Those that are over, in their order."""
    kept = {} if span is None else span["pauses"] or {}
    return sorted((datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in kept.items())


def limit_of(lookup: Lookup, row: Row, span: Span, calendar: WorkingCalendar) -> datetime:
    """Where the limit of the present stage lies by these hours, had it this span; one that stands still: where it was
    when it stopped."""
    return limit(calendar, span, row["entered_at"], pauses_of(span_of(lookup, row["id"])))


def limit_after(row: Row, stage: Stage, calendar: WorkingCalendar, until: datetime) -> datetime | None:
    """Where the limit of a case that stands still would lie if it went on then."""
    since, due = paused_since(row), row["paused_due"]
    if since is None or due is None or stage.due is None:
        return None
    return after_pause(calendar, stage.due, due, (since, until))


def follow(row: Row, stage: Stage, calendar: WorkingCalendar, before: str | None, deed: Deed) -> None:
    """The sub-status is another one than `before`: the limit stops or goes on as the stage says."""
    since, stands = paused_since(row), row["state"] == "open" and stage.pauses(row["substate"])
    if stands and since is None:
        left = None if row["due"] is None else calendar.minutes(deed.now, row["due"])
        kept = {"paused_at": deed.now, "paused_due": row["due"], "paused_from": before}
        deed.uow.change(case, row["id"], due=None, **kept)
        timers.cancel_scope(deed.uow, row["id"], "stage")
        deed.emit(LimitPaused(case_id=row["id"], stage=stage.key, minutes=left))
    elif since is not None and not stands:
        due = limit_after(row, stage, calendar, deed.now)
        note(row, deed)
        deed.uow.change(case, row["id"], due=due, **RUNNING)
        told = None if due is None else due.isoformat()
        deed.emit(LimitResumed(case_id=row["id"], stage=stage.key, due=told))


def note(row: Row, deed: Deed) -> None:
    """The pause that runs is over: its span keeps it, under its beginning, so that it is there once."""
    since, span = paused_since(row), span_of(deed.uow, row["id"])
    if since is not None and span is not None:
        pauses = {**(span["pauses"] or {}), since.isoformat(): deed.now.isoformat()}
        deed.uow.change(stage_span, span["id"], pauses=pauses)


def minutes_of(row: Row, span: Row, calendar: WorkingCalendar, now: datetime) -> int:
    """Working minutes for which the limit has stood still in this stay, up to now."""
    since = paused_since(row)
    running = [] if since is None else [(since, now)]
    return paused_minutes(calendar, [*pauses_of(span), *running], span["entered"], now)


def back_from(row: Row, stage: Stage) -> str | None:
    """The sub-status after the pause, if the client ends it; None: none at all, as before it."""
    wanted = row["paused_from"] if stage.pause is None or stage.pause.resume is None else stage.pause.resume
    there = {choice.key for choice in stage.substates}
    return wanted if wanted in there and not stage.pauses(wanted) else None


def kept_of(row: Row) -> dict[str, Any]:
    """The pause of a case as JSON, to be put back by `put_back`."""
    moments = {name: None if row[name] is None else row[name].isoformat() for name in ("paused_at", "paused_due")}
    return {**moments, "paused_from": row["paused_from"]}


def put_back(row: Row, kept: Mapping[str, Any], deed: Deed) -> dict[str, Any]:
    """The columns as `kept_of` said; a pause that had ended since runs again, so its end is taken back."""
    names = ("paused_at", "paused_due")
    moments = {name: None if kept.get(name) is None else datetime.fromisoformat(kept[name]) for name in names}
    span = span_of(deed.uow, row["id"])
    if span is not None and span["pauses"] and kept.get("paused_at") in span["pauses"]:
        pauses = {since: until for since, until in span["pauses"].items() if since != kept["paused_at"]}
        deed.uow.change(stage_span, span["id"], pauses=pauses)
    return {**moments, "paused_from": kept.get("paused_from")}
