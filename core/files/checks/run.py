"""Runs an item's checks on a file: pure, so that it can be repeated whenever the reviewer gives a date or
ticks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter

from core.engine import spec_checks
from core.engine.spec_kinds import Piece
from core.files.checks.amount_min import amount_min
from core.files.checks.covers import covers
from core.files.checks.encrypted import encrypted
from core.files.checks.expiry_after import expiry_after
from core.files.checks.finding import Finding, finding
from core.files.checks.fresh import fresh
from core.files.checks.held_days import held_days
from core.files.checks.issued_within import issued_within
from core.files.checks.keywords import keywords
from core.files.checks.mrz import mrz
from core.files.checks.name_match import name_match
from core.files.checks.number_match import number_match
from core.files.checks.pages_min import pages_min
from core.files.checks.photo import photo
from core.files.checks.pixels import Pixels, pixels
from core.files.checks.seal import seal
from core.files.checks.seen import Seen
from core.files.checks.sharp import sharp
from core.files.checks.signature import signature
from core.files.checks.size import Size, size
from core.files.checks.type import Type, type_
from core.files.inspection import MARKS, Inspection
from core.files.recognise import Recognised

Runner = Callable[[Any, Seen], Finding | list[Finding]]

CHECKS: Final[Mapping[str, Runner]] = {
    "type": type_,
    "size": size,
    "pixels": pixels,
    "pages_min": pages_min,
    "encrypted": encrypted,
    "sharp": sharp,
    "photo": photo,
    "keywords": keywords,
    "name_match": name_match,
    "number_match": number_match,
    "mrz": mrz,
    "expiry_after": expiry_after,
    "issued_within": issued_within,
    "fresh": fresh,
    "covers": covers,
    "amount_min": amount_min,
    "held_days": held_days,
    "seal": seal,
    "signature": signature,
}

# The flow language's checks, and three that come from the item itself (accept, max_mb) or from the caller.
_OWN = Annotated[Type | Size | Pixels, Field(discriminator="kind")]
_WANTED: Final[TypeAdapter[Any]] = TypeAdapter(spec_checks.Check | _OWN)


def run_checks(
    checks: Sequence[Mapping[str, object] | Piece],
    inspection: Mapping[str, object] | Inspection,
    facts: Mapping[str, object],
    dates: Mapping[str, object],
    ticks: Collection[str],
    today: date,
    recognised: Recognised | None = None,
) -> list[Finding]:
    """One finding or more for every check, in their order, after what must be said of the file itself.

    ``checks``: as a compiled flow has them (the quick way), or ``{"kind": ..., args}``. ``dates``: what the reviewer
    read, by the names issued, expires, from, to. ``ticks``: names of checks that were confirmed by eye. Raises
    pydantic's ValidationError for a check that the flow language does not know; a published flow has none.
    """
    told = inspection if isinstance(inspection, Inspection) else Inspection.from_json(dict(inspection))
    seen = Seen(told, today, facts, dates, frozenset(ticks), recognised)
    found = [finding(f"file.{mark}", "warn", MARKS[mark]["zh-CN"], MARKS[mark]["en"]) for mark in told.marks]
    for check in checks:
        wanted: Any = check if isinstance(check, Piece) else _WANTED.validate_python(check)
        result = CHECKS[wanted.kind](wanted, seen)
        found += result if isinstance(result, list) else [result]
    return found
