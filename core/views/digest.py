"""What waits for one member of staff: his tasks, reviews, chats, and his cases whose limit is near."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.cases.tables import case, document_version
from core.catalog.catalogue import Catalogue
from core.conversations.tables import handoff
from core.store.reading import Lookup
from core.store.sealing import Row
from core.tasks.tables import task

NEAR = timedelta(days=3)
LOOKED = 2000  # newest open cases of the house that are looked through


@dataclass(frozen=True, slots=True)
class Digest:
    """Each list with what is most urgent first."""

    tasks: list[Row]  # open and not overdue
    overdue: list[Row]
    reviews: list[Row]  # versions that wait for his decision
    chats: list[Row]  # handoffs to which he was called and which nobody has taken, and those that he holds
    near: list[Row]  # his cases whose limit comes within three days, or has passed

    @property
    def empty(self) -> bool:
        return not (self.tasks or self.overdue or self.reviews or self.chats or self.near)


def digest(lookup: Lookup, catalogue: Catalogue, staff_id: int, now: datetime) -> Digest:
    """As things are now; a task that was put off until later is not among them."""
    mine = [row for row in lookup.find(task, staff_id=staff_id, state="open") if not _put_off(row, now)]
    mine.sort(key=lambda row: (row["due"] is None, row["due"] or now, row["id"]))
    late = [row for row in mine if row["due"] is not None and row["due"] <= now]
    cases = lookup.find(case, state="open", order=case.c.id.desc(), limit=LOOKED)
    cases = [row for row in cases if staff_id in row["team"].values()]
    near = [row for row in cases if row["due"] is not None and row["due"] <= now + NEAR]
    near.sort(key=lambda row: (row["due"], row["id"]))
    called = [row for row in lookup.find(handoff, state="waiting") if staff_id in row["called"]]
    return Digest(
        tasks=[row for row in mine if row not in late],
        overdue=late,
        reviews=[row for each in cases for row in _reviews(lookup, catalogue, each, staff_id)],
        chats=[*called, *lookup.find(handoff, holder_id=staff_id, state="held")],
        near=near,
    )


def _reviews(lookup: Lookup, catalogue: Catalogue, row: Row, staff_id: int) -> list[Row]:
    """As reactions/documents asks: the reviewer decides, else whoever answers for the stage."""
    owner = catalogue.compiled(lookup, row["flow_version_id"]).flow.stage(row["stage"]).owner
    if (row["team"].get("reviewer") or row["team"].get(owner)) != staff_id:
        return []
    return lookup.find(document_version, case_id=row["id"], status="submitted")


def _put_off(row: Row, now: datetime) -> bool:
    return row["snoozed_until"] is not None and bool(row["snoozed_until"] > now)
