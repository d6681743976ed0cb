"""What happened to cases lately, put once more to the rules of their own version and to those of a draft.

The stage and the sub-status are those of that moment, from the case's log; every other fact is today's, as nothing
keeps what it was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_

from core.cases.tables import case_event, stage_span
from core.contracts.service import effective_since
from core.engine.flow import Stage
from core.engine.simulated_rules import Occurrence, Tallies, place_of, verdicts, waited_for
from core.store.reading import ReaderAt
from core.store.sealing import Row
from core.views.simulated_case import Compared, Lens
from core.views.simulated_moments import History, moments_of

_MOVES = ("StageEntered", "SubstateSet")  # what says where a case was

Place = tuple[str | None, str | None]  # stage and sub-status
Came = tuple[str, int, str]  # a rule, the stay in a stage that it is about (0: none), and which of its moments


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
    ends = frozenset(lens.draft.stopped_by).union(*(each.old.compiled.stopped_by for _, each in part))
    log = _log(reader, [row["id"] for row, _ in part], wanted | ends, past.since)
    for row, each in part:
        number = row["number"] if past.shows(row) else ""
        for event, place in _placed(log.get(row["id"], ())):
            if event["at"] >= past.since and event["type"] in wanted:
                occurrence = Occurrence(number, event["type"], event["data"])
                _put(past.tallies, occurrence, each, place)
                asked += 1
        asked += _moments(lens, reader, past, (row, each), log.get(row["id"], ()))
    return asked


def _put(tallies: Tallies, occurrence: Occurrence, each: Compared, place: Place) -> None:
    """With the stage and the sub-status of then; an unknown one is left out, so that nothing is decided by it."""
    then = dict(zip(("case.stage", "case.substate"), place, strict=True))
    old, new = (
        {name: value for name, value in {**seen.facts, **then}.items() if value is not None}
        for seen in (each.old, each.new)
    )
    before = verdicts(each.old.compiled, occurrence, old)
    tallies.add(occurrence.case, before, verdicts(each.new.compiled, occurrence, new), _places(each, place[0]))


def _places(each: Compared, stage: str | None) -> tuple[Stage | None, Stage | None]:
    return place_of(each.old.compiled, stage), place_of(each.new.compiled, stage)


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


def _moments(lens: Lens, reader: ReaderAt, past: Past, part: tuple[Row, Compared], log: Sequence[Row]) -> int:
    """Rules about a moment that has come since: of either version by its own anchors."""
    row, each = part
    number, spans = row["number"] if past.shows(row) else "", reader.find(stage_span, case_id=row["id"])
    came: list[dict[Came, str | None]] = []
    for seen in (each.old, each.new):
        calendar = lens.calendars.of(reader, seen.compiled.flow.calendar)
        history = History({**row, "fields": seen.fields}, effective_since(reader, row), spans, log)
        of_side: dict[Came, str | None] = {}
        for rule, at in seen.compiled.timed:
            found = moments_of(at, seen.compiled.flow, calendar, history, (past.since, lens.now))
            of_side |= {(rule.key, span_id, step): stage for span_id, step, stage in found}
        came.append(of_side)
    stages = {**came[0], **came[1]}
    for key, stage in stages.items():
        then = {} if stage is None else {"case.stage": stage}
        occurrence = Occurrence(number, rule=key[0])
        before, after = (
            verdicts(seen.compiled, occurrence, {**seen.facts, **then}) if key in of_side else {}
            for seen, of_side in zip((each.old, each.new), came, strict=True)
        )
        past.tallies.add(number, before, after, _places(each, stage))
    return len(stages)
