"""What the rules of a case did: why each acted or not, what is planned, and what its fuse has stopped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from core.cases.anchors import anchor_of
from core.cases.tables import case_event, rule_course, rule_fuse
from core.contracts.service import effective_since
from core.engine.calendar import WorkingCalendar
from core.engine.flow import Flow
from core.engine.moments import Anchor, steps
from core.engine.text import LANGUAGES, Words
from core.ledger.tables import timer
from core.store.reading import Lookup
from core.store.sealing import Row

CHUNK: Final = 200  # runs that are asked for at once


@dataclass(frozen=True, slots=True)
class Act:
    """One action of a run. `came`: done, refused, unreachable, nothing or asked (core.views.hook_calls); empty: it is
    not known any more. `sent`: id of the outbox row that was asked for."""

    action: str
    came: str
    code: str
    reasons: tuple[Words, ...]
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One look of a rule whether it should act."""

    seq: int  # in the log of the case
    at: datetime
    rule: str
    set_off: str  # kind of event; RuleDue: its moment; empty: noted before this was kept, or erased
    acted: bool
    stopped: str  # loop, storm, or empty
    reasons: tuple[Words, ...]
    acts: tuple[Act, ...]
    correlation: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A rule that waits for its moment."""

    rule: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """A rule about time that an event has stopped for this case."""

    rule: str
    since: datetime
    by: str  # kind of the event


def rule_runs(
    lookup: Lookup, case_id: int, limit: int, *, rule: str | None = None, before: int | None = None
) -> list[Run]:
    """The newest first; ``before``: only those with a smaller number in the case's log."""
    return list(islice((run for run in _runs(lookup, case_id, before) if rule in (None, run.rule)), limit))


def planned_rules(lookup: Lookup, flow: Flow, calendar: WorkingCalendar, row: Row) -> list[Planned]:
    """Of a case and its flow, the next first: every moment that is still to come, as things are now."""
    rows, effective = lookup.find(timer, case_id=row["id"], state="waiting"), effective_since(lookup, row)
    timed = {rule.key: rule.at for rule in flow.rules}
    found = []
    for args, due in ((each["command"]["args"], each["due"]) for each in rows if _is_rule(each)):
        found.append(Planned(args["rule"], due))
        at = timed.get(args["rule"])
        anchor = None if at is None else anchor_of(at, flow, row, effective, calendar)
        if at is not None and anchor is not None and at.has_course:
            done = _done(lookup, row["id"], args["rule"], anchor)
            found += [Planned(args["rule"], when) for _, when in steps(at, anchor, calendar, done) if when > due]
    return sorted(found, key=lambda each: each.due)


def ended_rules(lookup: Lookup, case_id: int) -> list[Stopped]:
    """Rules about time that do not go on, the last that was stopped first."""
    rows = [row for row in lookup.find(rule_course, case_id=case_id) if row["stopped_at"] is not None]
    found = [Stopped(row["rule"], row["stopped_at"], row["stopped_by"]) for row in rows]
    return sorted(found, key=lambda each: each.since, reverse=True)


def stopped_rules(lookup: Lookup, case_id: int) -> list[tuple[str, datetime]]:
    """Rules that do not act for this case until a person lets them, each with since when."""
    rows = lookup.find(rule_fuse, case_id=case_id)
    return sorted((row["rule"], row["blown_at"]) for row in rows if row["blown_at"] is not None)


def _is_rule(row: Row) -> bool:
    return bool(row["command"]["command"] == "RunRule")


def _done(lookup: Lookup, case_id: int, rule: str, anchor: Anchor) -> frozenset[str]:
    kept = lookup.first(rule_course, case_id=case_id, rule=rule)
    return frozenset(kept["done"] if kept is not None and kept["stay"] == anchor.stay else ())


def _runs(lookup: Lookup, case_id: int, before: int | None) -> Iterator[Run]:
    older = [] if before is None else [case_event.c.seq < before]
    while rows := lookup.find(
        case_event, *older, case_id=case_id, type="RuleRan", order=case_event.c.seq.desc(), limit=CHUNK
    ):
        yield from map(_run_of, rows)
        older = [case_event.c.seq < rows[-1]["seq"]]


def _run_of(row: Row) -> Run:
    data: Mapping[str, Any] = row["data"]
    return Run(
        seq=row["seq"],
        at=row["at"],
        rule=data["rule"],
        set_off=data.get("set_off", ""),
        acted=data["acted"],
        stopped=data.get("stopped", ""),
        reasons=_reasons(data),
        acts=tuple(
            Act(each["action"], each["came"], each["code"], _whole(each["reasons"]), each.get("sent", 0))
            for each in data.get("did", ())
        ),
        correlation=row["correlation"],
    )


def _reasons(data: Mapping[str, Any]) -> tuple[Words, ...]:
    """Before the log had both languages it said `why`, in Chinese, joined by semicolons."""
    if "reasons" in data:
        return _whole(data["reasons"])
    return _whole([{"zh-CN": each} for each in str(data.get("why", "")).split("; ") if each])


def _whole(sentences: Sequence[Mapping[str, str]]) -> tuple[Words, ...]:
    """In every language, the one standing in for the other."""
    return tuple(
        {language: words.get(language) or next(iter(words.values()), "") for language in LANGUAGES}
        for words in sentences
    )
