"""What waits for one member of staff: his tasks, reviews, chats, and his cases whose limit is near."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.cases.review_snooze import put_off_reviews
from core.cases.second_look import waits_for
from core.cases.tables import case, document_version
from core.cases.team import on_team
from core.catalog.catalogue import Catalogue
from core.conversations.tables import handoff
from core.staff.service import actor_at
from core.store.reading import Lookup
from core.store.sealing import Row
from core.views.my_tasks import my_tasks

NEAR = timedelta(days=3)
AT_ONCE = 500  # cases whose documents are asked for with one statement

Seats = set[tuple[int, str]]  # whose work it is, and in which role; an empty one means all of them


@dataclass(frozen=True, slots=True)
class Digest:
    """Each list with what is most urgent first."""

    tasks: list[Row]  # open and not overdue
    overdue: list[Row]
    reviews: list[Row]  # versions that wait for his decision
    chats: list[Row]  # handoffs to which he was called and which nobody has taken, and those that he holds
    near: list[Row]  # his cases whose limit comes within three days, or has passed
    for_others: tuple[str, ...]  # names of those for whom he stands in: their work is in the lists

    @property
    def empty(self) -> bool:
        return not (self.tasks or self.overdue or self.reviews or self.chats or self.near)


def digest(lookup: Lookup, catalogue: Catalogue, staff_id: int, now: datetime) -> Digest:
    """As things are now, with the work of those for whom he stands in; what was put off until later is not among it."""
    actor = actor_at(lookup, staff_id, now)
    if actor is None:
        return Digest([], [], [], [], [], ())
    mine = [row for row in my_tasks(lookup, actor) if not _put_off(row, now)]
    mine.sort(key=lambda row: (row["due"] is None, row["due"] or now, row["id"]))
    late = [row for row in mine if row["due"] is not None and row["due"] <= now]
    seats = {(staff_id, ""), *((each.id, each.scope) for each in actor.stands_for)}
    cases = _cases(lookup, seats)
    near = [row for row in cases if row["due"] is not None and row["due"] <= now + NEAR]
    near.sort(key=lambda row: (row["due"], row["id"]))
    whole = {person for person, scope in seats if not scope}
    called = [row for row in lookup.find(handoff, state="waiting") if not whole.isdisjoint(row["called"])]
    held = [row for each in sorted(whole) for row in lookup.find(handoff, holder_id=each, state="held")]
    later = {row["version_id"] for row in put_off_reviews(lookup, now, staff_id=staff_id)}
    reviews = [row for row in _reviews(lookup, catalogue, cases, seats) if row["first_by"] != staff_id]
    return Digest(
        tasks=[row for row in mine if row not in late],
        overdue=late,
        reviews=[row for row in reviews if row["id"] not in later],
        chats=[*called, *held],
        near=near,
        for_others=tuple(dict.fromkeys(each.name for each in actor.stands_for)),
    )


def _cases(lookup: Lookup, seats: Seats) -> list[Row]:
    """Open cases on whose team he is, however old."""
    rows = lookup.find(case, case.c.state == "open", on_team({person for person, _ in seats}))
    return [row for row in rows if any(_his(seats, role, person) for role, person in row["team"].items())]


def _reviews(lookup: Lookup, catalogue: Catalogue, cases: list[Row], seats: Seats) -> list[Row]:
    """What waits for his decision, on his cases and wherever he is one of two reviewers, the oldest first."""
    table = document_version
    found = lookup.find(table, table.c.second_id.is_not(None), status="submitted")
    for start in range(0, len(cases), AT_ONCE):
        ids = [row["id"] for row in cases[start : start + AT_ONCE]]
        found += lookup.find(table, table.c.case_id.in_(ids), table.c.status == "submitted")
    about = {row["id"]: row for row in lookup.preload(case, "id", {row["case_id"] for row in found})}
    his = {row["id"]: row for row in found if _decides(lookup, catalogue, about[row["case_id"]], row, seats)}
    return [his[version_id] for version_id in sorted(his)]


def _decides(lookup: Lookup, catalogue: Catalogue, row: Row, version: Row, seats: Seats) -> bool:
    """As reactions/documents asks: the two reviewers if there are two; the reviewer, else whoever answers for the
    stage."""
    if row["state"] != "open":
        return False
    if wanted := waits_for(version):
        return any(_his(seats, "reviewer", person) for person in wanted)
    owner = catalogue.compiled(lookup, row["flow_version_id"]).flow.stage(row["stage"]).owner
    role = "reviewer" if "reviewer" in row["team"] else owner
    return role in row["team"] and _his(seats, role, row["team"][role])


def _his(seats: Seats, role: str, person: int) -> bool:
    return (person, "") in seats or (person, role) in seats


def _put_off(row: Row, now: datetime) -> bool:
    return row["snoozed_until"] is not None and bool(row["snoozed_until"] > now)
