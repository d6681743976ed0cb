"""What happened to cases lately, put once more to the rules of their own version and to those of a draft.

The stage and the sub-status are those of that moment, from the case's log; every other fact is today's, as nothing
keeps what it was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_

from core.cases.tables import case_event, stage_span
from core.engine.calendar import WorkingCalendar
from core.engine.flow import Flow
from core.engine.moments import moment
from core.engine.simulated_rules import Occurrence, Tallies, day_in, timed, verdicts, waited_for, within
from core.engine.spec_rules import Rule
from core.store.reading import ReaderAt
from core.store.sealing import Row
from core.views.simulated_case import Compared, Lens

_MOVES = ("StageEntered", "SubstateSet")  # what says where a case was

Place = tuple[str | None, str | None]  # stage and sub-status


@dataclass(frozen=True, slots=True)
class Past:
    """Since when, where the rules' answers are counted, and whether a case may be named there."""

    since: datetime
    tallies: Tallies
    shows: Callable[[Row], bool]


def put_again(lens: Lens, reader: ReaderAt, past: Past, part: Sequence[tuple[Row, Compared]]) -> int:
    """Add what the rules of both versions say to the tallies. Returns how many events and moments were put to them."""
    wanted = waited_for(lens.draft).union(*(waited_for(each.old.compiled) for _, each in part))
    asked = 0
    log = _log(reader, [row["id"] for row, _ in part], wanted, past.since)
    for row, each in part:
        number = row["number"] if past.shows(row) else ""
        for event, place in _placed(log.get(row["id"], ())):
            if event["at"] >= past.since and event["type"] in wanted:
                occurrence = Occurrence(number, event["type"], event["data"])
                _put(past.tallies, occurrence, each, place)
                asked += 1
        asked += _moments(lens, reader, past, row, each, number)
    return asked


def _put(tallies: Tallies, occurrence: Occurrence, each: Compared, place: Place) -> None:
    """With the stage and the sub-status of then; an unknown one is left out, so that nothing is decided by it."""
    then = dict(zip(("case.stage", "case.substate"), place, strict=True))
    old, new = (
        {name: value for name, value in {**seen.facts, **then}.items() if value is not None}
        for seen in (each.old, each.new)
    )
    before = verdicts(each.old.compiled, occurrence, old)
    tallies.add(occurrence.case, before, verdicts(each.new.compiled, occurrence, new))


def _log(reader: ReaderAt, ids: Sequence[int], wanted: frozenset[str], since: datetime) -> Mapping[int, list[Row]]:
    """By case and in order: what the rules wait for, and all that says where the case was."""
    kinds = {*wanted, *_MOVES}
    lately = or_(case_event.c.at >= since, case_event.c.type.in_(_MOVES))
    rows = reader.find(case_event, case_event.c.case_id.in_(ids), case_event.c.type.in_(sorted(kinds)), lately)
    found: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda each: (each["case_id"], each["seq"])):
        found.setdefault(row["case_id"], []).append(row)
    return found


def _placed(log: Sequence[Row]) -> Iterator[tuple[Row, Place]]:
    """Each event with where the case was when its rules were asked: a stage that is left has been left by then, as one
    command leaves it and enters the next before any rule is asked."""
    place: Place = (None, None)
    for position, event in enumerate(log):
        following = log[position + 1] if event["type"] == "StageLeft" and position + 1 < len(log) else event
        if following["type"] in _MOVES:
            place = (following["data"]["stage"], following["data"]["substate"])
        yield event, place


def _moments(lens: Lens, reader: ReaderAt, past: Past, row: Row, each: Compared, number: str) -> int:
    """Rules about a moment that has come since: of either version by its own anchors."""
    spans = reader.find(stage_span, case_id=row["id"])
    came: list[dict[tuple[str, int], str | None]] = []
    for seen in (each.old, each.new):
        calendar = lens.calendars.of(reader, seen.compiled.flow.calendar)
        of_side: dict[tuple[str, int], str | None] = {}
        for rule in timed(seen.compiled.flow):
            as_seen = {**row, "fields": seen.fields}
            found = _came(rule, seen.compiled.flow, calendar, as_seen, spans, (past.since, lens.now))
            of_side |= {(rule.key, span_id): stage for span_id, stage in found}
        came.append(of_side)
    stages = {**came[0], **came[1]}
    for (rule_key, span_id), stage in stages.items():
        then = {} if stage is None else {"case.stage": stage}
        occurrence = Occurrence(number, rule=rule_key)
        before, after = (
            verdicts(seen.compiled, occurrence, {**seen.facts, **then}) if (rule_key, span_id) in of_side else {}
            for seen, of_side in zip((each.old, each.new), came, strict=True)
        )
        past.tallies.add(number, before, after)
    return len(stages)


def _came(
    rule: Rule, flow: Flow, calendar: WorkingCalendar, row: Row, spans: Sequence[Row], window: tuple[datetime, datetime]
) -> Iterator[tuple[int, str | None]]:
    """For each time that the moment came in the window: the id of the stay in a stage whose limit it is about, and that
    stage; 0 and None for a day of a field."""
    at, (since, until) = rule.at, window
    if at is None:
        return
    if at.anchor != "stage.due":
        day = day_in(row["fields"].get(at.anchor.removeprefix("case.")))
        if day is not None and within(moment(at, day, calendar), max(since, row["opened_at"]), until):
            yield 0, None
        return
    limits = {stage.key: stage.due for stage in flow.stages}
    for span in spans:
        limit = limits.get(span["stage"])
        if limit is not None:
            came = moment(at, calendar.add(span["entered"], limit), calendar)
            if within(came, max(since, span["entered"]), until, span["left"]):
                yield int(span["id"]), str(span["stage"])
