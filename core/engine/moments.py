"""When a rule about time acts: at one moment, at several, or again and again. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Literal, cast

from core.engine.calendar import Span, Unit, WorkingCalendar
from core.engine.date_shift import add_months
from core.engine.facts import FIELD_PREFIX
from core.engine.flow import Flow
from core.engine.offsets import Offset
from core.engine.spec_rules import At

MORNING: Final = time(9)  # when a rule about a day acts, in the calendar's zone

Source = Literal["limit", "entered", "opened", "closed", "effective", "field"]
SOURCES: Final[dict[str, Source]] = {
    "stage.due": "limit",
    "stage.entered": "entered",
    "case.opened": "opened",
    "case.closed": "closed",
    "contract.effective": "effective",
}
"""Anchors that every flow has; a date field with such a name goes before."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a rule hangs on in one case. ``text`` says whether that is still the same, ``limit`` is the stage's,
    ``unpaused`` where it would be had it never stood still, and ``stay`` tells one stay in a stage from another; empty:
    it is about the case as a whole."""

    text: str
    start: datetime
    limit: datetime | None = None
    stay: str = ""
    unpaused: datetime | None = None


def source_of(flow: Flow, anchor: str) -> Source | None:
    """None: there is no such anchor in this flow."""
    if anchor.removeprefix(FIELD_PREFIX) in flow.date_fields and anchor.startswith(FIELD_PREFIX):
        return "field"
    return SOURCES.get(anchor)


def morning(day: date, calendar: WorkingCalendar) -> datetime:
    """When rules that hang on this day begin to count."""
    return datetime.combine(day, MORNING, calendar.zone)


def later(start: datetime, offset: Offset, calendar: WorkingCalendar, times: int = 1) -> datetime | None:
    """The moment so often the offset after ``start``, or before it; None where there is no such moment.

    Months and years go by the local day, as in ``core.engine.date_shift``, and keep the time of day.
    """
    amount = offset.amount * times
    try:
        if offset.unit in ("month", "year"):
            local = start.astimezone(calendar.zone)
            day = add_months(local.date(), amount * (12 if offset.unit == "year" else 1))
            return datetime.combine(day, local.time(), calendar.zone).astimezone(UTC)
        return calendar.add(start, Span(amount, cast(Unit, offset.unit)))
    except (ValueError, OverflowError):
        return None


def steps(
    at: At, anchor: Anchor, calendar: WorkingCalendar, done: Collection[str] = ()
) -> Iterator[tuple[str, datetime]]:
    """Every moment of a rule with its name, the earliest first, without those that are done or cannot be reckoned."""
    if at.every is None:
        found = [(at.step(offset), _moment(offset, anchor, calendar)) for offset in at.moments]
        there = [(name, when) for name, when in found if when is not None and name not in done]
        yield from sorted(there, key=lambda each: each[1])
        return
    first = _moment(at.moments[0], anchor, calendar) if at.moments else None
    for number in range(1, (at.times or 1) + 1):
        if first is None or str(number) in done:
            continue
        when = later(first, at.every, calendar, number - 1)
        if when is not None:
            yield str(number), when


def next_step(
    at: At,
    anchor: Anchor,
    calendar: WorkingCalendar,
    now: datetime,
    done: Collection[str] = (),
    waited: str | None = None,
) -> tuple[str, datetime] | None:
    """The next moment that has not gone by; one that ``waited`` counts as now if it has. What was missed is left out,
    so that a rule which was held up acts once."""
    for name, when in steps(at, anchor, calendar, done):
        if when >= now or name == waited:
            return name, max(when, now)
    return None


def _moment(offset: Offset, anchor: Anchor, calendar: WorkingCalendar) -> datetime | None:
    if offset.unit != "%":
        return later(anchor.start, offset, calendar)
    return _part(anchor, offset.amount, calendar)


def _part(anchor: Anchor, percent: int, calendar: WorkingCalendar) -> datetime | None:
    """After so much of the working time from the start to the limit. Beyond the limit it is counted on from there, and
    counted back from there where the limit has stood still, which it may have done before or after this moment.

    Where no hour of it is working time, as over a holiday, all of it counts.
    """
    start, limit = anchor.start, anchor.limit
    if limit is None or percent == 100:
        return limit
    whole = anchor.unpaused or limit
    worked = calendar.minutes(start, whole)
    if worked <= 0:
        return limit - (whole - start) * (100 - percent) / 100
    minutes = worked * percent // 100
    if percent > 100 or whole != limit:
        return later(limit, Offset(minutes - worked, "min"), calendar)
    return later(start, Offset(minutes, "min"), calendar)
