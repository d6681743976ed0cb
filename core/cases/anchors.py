"""What a rule about time hangs on, in a case as it is now."""

from datetime import date, datetime

from core.engine.calendar import WorkingCalendar
from core.engine.facts import FIELD_PREFIX
from core.engine.flow import At, Flow
from core.engine.moments import Anchor, morning, source_of
from core.store.sealing import Row


def anchor_of(at: At, flow: Flow, row: Row, effective: datetime | None, calendar: WorkingCalendar) -> Anchor | None:
    """None while it is unknown. ``effective``: when the case's contract took effect.

    A limit, an entry and an opening are moments; the others are days, which begin at nine in the calendar's zone.
    """
    stay = str(int(row["entered_at"].timestamp() * 1000))
    match source_of(flow, at.anchor):
        case "limit":
            return None if row["due"] is None else Anchor(row["due"].isoformat(), row["due"], stay=stay)
        case "entered":
            text = row["entered_at"].isoformat()
            if any(offset.unit == "%" for offset in at.moments):  # the limit may move while the stay goes on
                text += f"|{row['due'] and row['due'].isoformat()}"
            return Anchor(text, row["entered_at"], row["due"], stay, _unpaused(flow, row, calendar))
        case "opened":
            return Anchor(row["opened_at"].isoformat(), row["opened_at"])
        case "closed":
            return _day(row["closed_at"], calendar)
        case "effective":
            return _day(effective, calendar)
        case "field":
            return _of_field(row["fields"].get(at.anchor.removeprefix(FIELD_PREFIX)), calendar)
    return None


def _unpaused(flow: Flow, row: Row, calendar: WorkingCalendar) -> datetime | None:
    """Where the limit would be, of a stage in which it may stand still."""
    stage = next((each for each in flow.stages if each.key == row["stage"]), None)
    if stage is None or stage.pause is None or stage.due is None:
        return None
    return calendar.add(row["entered_at"], stage.due)


def _day(moment: datetime | None, calendar: WorkingCalendar) -> Anchor | None:
    return None if moment is None else _of_field(moment.astimezone(calendar.zone).date().isoformat(), calendar)


def _of_field(value: object, calendar: WorkingCalendar) -> Anchor | None:
    """The field may have been of another type when it was filled."""
    try:
        return Anchor(value, morning(date.fromisoformat(value), calendar)) if isinstance(value, str) else None
    except ValueError:
        return None
