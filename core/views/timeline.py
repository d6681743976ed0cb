"""The timeline of a case: what happened, when, by whom, through which channel."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.cases.consultations import ANSWERS
from core.cases.tables import case_event, consultation
from core.clients.tables import client
from core.events.event import EVENTS
from core.staff.tables import staff
from core.store.reading import Lookup


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as people read it."""

    seq: int
    type: str
    at: datetime
    actor_kind: str
    actor_id: int
    actor_name: str
    behalf_id: int | None  # for whom the actor stood in
    behalf_name: str
    channel: str
    correlation: int
    data: dict[str, Any]


def timeline(lookup: Lookup, case_id: int, *, everything: bool = False, limit: int = 200) -> list[Happening]:
    """Newest first. Without `everything` only what is meant for people."""
    found = lookup.find(case_event, case_id=case_id, order=case_event.c.seq.desc(), limit=limit * 3)
    names: dict[tuple[str, int], str] = {}
    happenings = []
    for row in found:
        if not everything and (
            not EVENTS[row["type"]].shown or (row["data"].get("by_day") and row["type"] == "FieldSet")
        ):
            continue
        actor = (row["actor_kind"], row["actor_id"])
        if actor not in names:
            names[actor] = _name(lookup, *actor)
        happenings.append(
            Happening(
                seq=row["seq"],
                type=row["type"],
                at=row["at"],
                actor_kind=row["actor_kind"],
                actor_id=row["actor_id"],
                actor_name=names[actor],
                behalf_id=row["behalf_id"],
                behalf_name="" if row["behalf_id"] is None else _name(lookup, "staff", row["behalf_id"]),
                channel=row["channel"],
                correlation=row["correlation"],
                data=_data(lookup, row["type"], row["data"]),
            )
        )
    return happenings[:limit]


def _data(lookup: Lookup, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """What the log holds; of a consultation also its words, which stand in one place only."""
    if kind != "ConsultationRecorded":
        return data
    row = lookup.peek(consultation, data["consultation_id"])
    return data if row is None else {**data, **{name: row[name] for name in ANSWERS}}


def _name(lookup: Lookup, kind: str, person_id: int) -> str:
    if kind == "system":
        return ""
    row = lookup.peek(client if kind == "client" else staff, person_id)
    return "" if row is None else str(row["name"])
