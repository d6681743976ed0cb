"""When an approved document stops being good: pure questions about what its dated checks say then and now.

A check that failed already when the document was approved was overruled by the reviewer: it never makes it lapse.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from core.engine.date_shift import add_months
from core.engine.spec_checks import (
    FIGURES,
    LAPSING,
    AmountMin,
    Check,
    Covers,
    ExpiryAfter,
    Fresh,
    HeldDays,
    IssuedWithin,
    Mrz,
    NumberMatch,
)
from core.files.checks.mrz import BIRTH
from core.files.checks.number_match import PASSPORT
from core.files.checks.seen import as_date

Found = Mapping[str, Any]
"""A finding as a version keeps it: check, outcome, text, params."""

_LAPSED: Final = "lapsed"  # in a finding's params: this one has made the document lapse


@dataclass(frozen=True, slots=True)
class Judged:
    """``findings`` as they are to be kept; ``fallen``: those that held when it was approved and hold no more;
    ``still``: those that have made it lapse before and do so still."""

    findings: list[dict[str, Any]]
    fallen: tuple[str, ...]
    still: tuple[str, ...]


def judge(before: Sequence[Found], now: Iterable[Found]) -> Judged:
    """What was found when it was approved against what the checks of LAPSING say ``now``; other findings stay.

    A figure that was confirmed by eye counts for what was asked then: when more is asked it is not confirmed any more.
    """
    news: dict[str, list[dict[str, Any]]] = {}
    for each in now:
        if each["check"] in LAPSING:
            news.setdefault(each["check"], []).append({**each, "params": dict(each["params"])})
    kept: list[dict[str, Any]] = []
    fallen: list[str] = []
    still: list[str] = []
    for old in before:
        if old["check"] not in LAPSING:
            kept.append(dict(old))
            continue
        if not news.get(old["check"]):
            continue  # the flow does not ask for it any more
        new = _of_figure(old, news[old["check"]].pop(0))
        if new["outcome"] == "fail":
            marked = bool(old["params"].get(_LAPSED))
            if marked or old["outcome"] != "fail":
                new["params"][_LAPSED] = True
                (still if marked else fallen).append(str(new["check"]))
        kept.append(new)
    for new in (each for left in news.values() for each in left):  # asked for since: nobody has overruled it
        if new["outcome"] == "fail":
            new["params"][_LAPSED] = True
            fallen.append(str(new["check"]))
        kept.append(new)
    return Judged(kept, tuple(fallen), tuple(still))


def unmarked(findings: Iterable[Found]) -> list[dict[str, Any]]:
    """Without the mark, for a document that does not lapse by itself."""
    return [{**each, "params": {k: v for k, v in each["params"].items() if k != _LAPSED}} for each in findings]


def lapsed(findings: Iterable[Found]) -> list[dict[str, Any]]:
    """Those that have made it lapse."""
    return [dict(each) for each in findings if each["params"].get(_LAPSED)]


def _of_figure(old: Found, new: dict[str, Any]) -> dict[str, Any]:
    """Of a confirmed figure: good while no more is asked than was confirmed, which stays on record."""
    if new["check"] not in FIGURES or new["outcome"] == "tick":  # nobody has confirmed any: asked for since
        return new
    confirmed = str(old["params"].get("confirmed", old["params"].get("amount", "")))
    asked = str(new["params"].get("amount", ""))
    new["params"]["confirmed"] = confirmed
    if not _more(asked, confirmed):
        return new
    text = {
        "zh-CN": f"现在需要不低于 {asked}，审核时确认的是不低于 {confirmed}，请提供新的材料",
        "en": f"At least {asked} is needed now, at least {confirmed} was confirmed: a new one is needed",
    }
    return {**new, "outcome": "fail", "text": text}


def _more(asked: str, confirmed: str) -> bool:
    try:
        return Decimal(asked) > Decimal(confirmed)
    except InvalidOperation:
        return asked != confirmed


def dates_of(findings: Iterable[Found], given: Mapping[str, object]) -> dict[str, object]:
    """The dates that a reviewer gave, and the expiry that was read off the document when it was approved."""
    read = [
        each["params"]["expires"]
        for each in findings
        if each["check"] == "expiry_after" and "expires" in each["params"]
    ]
    return {**({"expires": read[0]} if read else {}), **given}


def last_day(checks: Iterable[Check], dates: Mapping[str, object]) -> date | None:
    """The last day on which a document of these dates still is good, as far as days pass; None: no such day."""
    issued = as_date(dates.get("issued"))
    if issued is None:
        return None
    ends = []
    for check in checks:
        try:
            if isinstance(check, Fresh):
                ends.append(issued + timedelta(days=check.days))
            elif isinstance(check, IssuedWithin):
                ends.append(add_months(issued, 12 * check.years))
        except (ValueError, OverflowError):
            continue  # behind the end of the calendar: never
    return min((end for end in ends if end.year < MAXYEAR), default=None)


def not_past(checks: Iterable[Check], facts: Mapping[str, object], today: date) -> dict[str, object]:
    """The facts for a case that is not filed yet: it cannot be filed on a planned day that has gone by, so the earliest
    day is today."""
    names = {f"case.{check.at}" for check in checks if isinstance(check, Fresh) and check.at is not None}
    gone = {
        name: today.isoformat()
        for name in names
        if (planned := as_date(facts.get(name))) is not None and planned < today
    }
    return {**facts, **gone}


def looks_at(checks: Iterable[Check]) -> frozenset[str]:
    """Keys of the case's fields that these checks compare a document with."""
    found: set[str] = set()
    for check in checks:
        match check:
            case ExpiryAfter():
                found.add(check.field)
            case Fresh() if check.at is not None:
                found.add(check.at)
            case Covers():
                found |= {check.start, check.end}
            case AmountMin() | HeldDays():
                found.add(check.amount)
            case Mrz():
                found |= {BIRTH, *(name.removeprefix("case.") for name in PASSPORT)}
            case NumberMatch():
                named = (check.field,) if check.field else PASSPORT
                found |= {name.removeprefix("case.") for name in named}
    return frozenset(found)
