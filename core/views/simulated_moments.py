"""When a rule about time would have acted in a case that is open, by what the case's log and stays say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.cases.anchors import anchor_of
from core.engine.calendar import WorkingCalendar
from core.engine.flow import At, Flow
from core.engine.moments import source_of, steps
from core.store.sealing import Row


@dataclass(frozen=True, slots=True)
class History:
    """A case as a version of its flow sees it, when its contract took effect, its stays in stages, and its log."""

    row: Row
    effective: datetime | None
    spans: Sequence[Row]
    log: Sequence[Row]

    def stage_at(self, moment: datetime) -> str | None:
        spans = [each for each in self.spans if each["entered"] <= moment and _before(moment, each["left"])]
        return str(spans[-1]["stage"]) if spans else None


def moments_of(
    at: At, flow: Flow, calendar: WorkingCalendar, history: History, window: tuple[datetime, datetime]
) -> Iterator[tuple[int, str, str | None]]:
    """For each time that a moment came in the window: the id of the stay in a stage that it is about, which of the
    rule's moments it was, and the stage; 0 and None where it is about no stage.

    An event that stops the rule is known if it is in the log; what a client only wrote is not.
    """
    since, until = window
    limits = {stage.key: stage.due for stage in flow.stages}
    if source_of(flow, at.anchor) not in ("limit", "entered"):
        first = max(since, history.row["opened_at"])
        for step, when in _steps(at, flow, calendar, history, history.row, history.row["opened_at"]):
            stage = history.stage_at(when) if at.in_stages else None
            if first <= when <= until and (not at.in_stages or stage in at.in_stages):
                yield 0, step, stage
        return
    for span in history.spans:
        limit = limits.get(span["stage"])
        if span["stage"] not in limits or (at.in_stages and span["stage"] not in at.in_stages):
            continue
        due = None if limit is None else calendar.add(span["entered"], limit)
        then = {**history.row, "entered_at": span["entered"], "due": due}
        for step, when in _steps(at, flow, calendar, history, then, span["entered"]):
            if max(since, span["entered"]) <= when <= until and _before(when, span["left"]):
                yield int(span["id"]), step, str(span["stage"])


def _steps(
    at: At, flow: Flow, calendar: WorkingCalendar, history: History, row: Row, since: datetime
) -> Iterator[tuple[str, datetime]]:
    """Every moment until the first event that stops the rule."""
    anchor = anchor_of(at, flow, row, history.effective, calendar)
    if anchor is None:
        return
    ends = [each["at"] for each in history.log if each["type"] in at.until and each["at"] >= since]
    for step, when in steps(at, anchor, calendar):
        if _before(when, min(ends, default=None)):
            yield step, when


def _before(moment: datetime, end: datetime | None) -> bool:
    return end is None or moment < end
