"""Stays: from which day to which day somebody is where.

A case keeps them as JSON: ``[{"from": "2026-05-01", "to": "2026-05-07", "place": "fr"}]``, ``place`` being the key of a
choice of the field. An empty list says that there were none, which is something else than a field that is empty.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

KEYS: Final = {"from", "to", "place"}
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stay:
    """Its first and its last day; the nights are those between them."""

    first: date
    last: date
    place: str


def read_stays(raw: object) -> tuple[Stay, ...] | None:
    """What a case keeps, as it is counted; None for what is no list of stays."""
    if not isinstance(raw, list | tuple):
        return None
    found = [_stay(each) for each in raw]
    stays = tuple(each for each in found if each is not None)
    return stays if len(stays) == len(found) else None


def place_of(raw: object) -> object:
    """The place of a stay as it is kept; anything else is what it is."""
    return raw.get("place") if isinstance(raw, Mapping) else raw


def iso_day(raw: object) -> date | None:
    """A date as a case keeps one: year, month and day. None for anything else."""
    if not isinstance(raw, str) or not _DATE.fullmatch(raw):
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _stay(raw: object) -> Stay | None:
    if not isinstance(raw, Mapping) or raw.keys() != KEYS or not isinstance(raw["place"], str):
        return None
    first, last = iso_day(raw["from"]), iso_day(raw["to"])
    return None if first is None or last is None or last < first else Stay(first, last, raw["place"])
