"""What the rules of a case did: why each acted or not, what is planned, and what its fuse has stopped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from core.cases.tables import case_event, rule_fuse
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


def rule_runs(
    lookup: Lookup, case_id: int, limit: int, *, rule: str | None = None, before: int | None = None
) -> list[Run]:
    """The newest first; ``before``: only those with a smaller number in the case's log."""
    return list(islice((run for run in _runs(lookup, case_id, before) if rule in (None, run.rule)), limit))


def planned_rules(lookup: Lookup, case_id: int) -> list[Planned]:
    """The next first."""
    rows = lookup.find(timer, case_id=case_id, state="waiting", order=timer.c.due)
    waiting = [row for row in rows if row["command"]["command"] == "RunRule"]
    return [Planned(row["command"]["args"]["rule"], row["due"]) for row in waiting]


def stopped_rules(lookup: Lookup, case_id: int) -> list[tuple[str, datetime]]:
    """Rules that do not act for this case until a person lets them, each with since when."""
    rows = lookup.find(rule_fuse, case_id=case_id)
    return sorted((row["rule"], row["blown_at"]) for row in rows if row["blown_at"] is not None)


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
