"""What is overdue within somebody's reach: open cases and tasks whose limit has passed, the longest overdue first."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from sqlalchemy import ColumnElement, Table, select

from core.cases.tables import case, case_member
from core.cases.team import on_team
from core.engine.access import Actor, Policy, Reach, Subject
from core.ledger.tables import in_state
from core.store.reading import Lookup
from core.store.sealing import Row
from core.tasks.tables import task

CHUNK: Final = 16  # rows that are asked for at first
LOOKED: Final = 500  # of the house's tasks, for those of a lead's own cases in departments that are not his

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

Conditions = list[ColumnElement[bool]]
Place = Callable[[datetime, int], Conditions]
"""Where to look: what the database must find of so many rows whose limit has passed since then."""


def overdue_cases(
    lookup: Lookup, actor: Actor, policy: Policy, subject_of: Callable[[Row], Subject], now: datetime, most: int
) -> list[Row]:
    """At most so many: of his own cases, and of the departments that he reaches."""
    reach = policy.rows(actor, "case.read")
    if reach is Reach.NONE:
        return []
    places: list[Place] = [_everywhere]
    if reach is not Reach.ALL:
        places = [_on_team(person, now) for person in sorted(actor.works_for)]
        if departments := _departments(actor, reach):
            places.append(_among(case.c.department_id.in_(departments)))
    late = _longest_first(_late(lookup, case, now, place) for place in places)
    return list(islice((row for row in late if policy.may(actor, "case.read", subject_of(row))), most))


def overdue_tasks(
    lookup: Lookup,
    actor: Actor,
    policy: Policy,
    subject_of: Callable[[Lookup, int], Subject | None],
    now: datetime,
    most: int,
) -> list[Row]:
    """At most so many: his own wherever they are, those of the departments that he reaches, and those of his open
    cases; of a lead's cases elsewhere only what is among the LOOKED of the house that have been late for longest."""
    reach = policy.rows(actor, "task.complete")
    if reach is Reach.NONE:
        return []
    places: list[Place] = [_everywhere]
    if reach is not Reach.ALL:
        departments = _departments(actor, reach)
        places = [_among(task.c.staff_id == person) for person in sorted(actor.works_for)]
        places += [_among(task.c.department_id == each) for each in departments]
        # a member is found by his name; a lead is on the team of each case of his department, and most are not late
        places.append(_of_the_oldest(actor, now) if departments else _among(on_team(actor.works_for, task.c.case_id)))
    late = _longest_first(_late(lookup, task, now, place) for place in places)
    found = (row for row in late if policy.may(actor, "task.complete", subject_of(lookup, row["id"])))
    return list(islice(found, most))


def _departments(actor: Actor, reach: Reach) -> list[int]:
    """Whose cases and tasks somebody with this reach reaches without working on them."""
    if reach < Reach.DEPARTMENT or actor.department is None:
        return []
    return sorted({actor.department, *(actor.below if reach >= Reach.SUBTREE else ())})


def _longest_first(places: Iterable[Iterator[Row]]) -> Iterator[Row]:
    """Each once. Of several that have one moment any may come first."""
    seen: set[int] = set()
    for row in heapq.merge(*places, key=lambda row: row["due"]):
        if row["id"] not in seen:
            seen.add(row["id"])
            yield row


def _late(lookup: Lookup, table: Table, now: datetime, place: Place) -> Iterator[Row]:
    """From the oldest limit on, asked for only as far as is needed: in pages that double. Where one begins, the last
    one's end is read again, as many may have one moment."""
    since, size = BEGINNING, CHUNK
    seen: set[int] = set()
    while True:
        late = [in_state(table, "open"), table.c.due.is_not(None), table.c.due <= now, table.c.due >= since]
        rows = lookup.find(table, *late, *place(since, size), order=table.c.due, limit=size)
        if table is task:
            lookup.preload(case, "id", {row["case_id"] for row in rows})
        yield from (row for row in rows if row["id"] not in seen)
        if len(rows) < size:
            return
        seen |= {row["id"] for row in rows}
        since, size = rows[-1]["due"], size * 2


def _everywhere(_since: datetime, _size: int) -> Conditions:
    return []


def _among(condition: ColumnElement[bool]) -> Place:
    return lambda _since, _size: [condition]


def _of_the_oldest(actor: Actor, now: datetime) -> Place:
    """What he works on himself, among those of the house that have been late for longest."""
    oldest = select(task.c.id).where(in_state(task, "open"), task.c.due.is_not(None), task.c.due <= now)
    his = (case_member.c.staff_id.in_(sorted(actor.works_for)), case_member.c.case_id == task.c.case_id)
    return _among(task.c.id.in_(oldest.order_by(task.c.due).limit(LOOKED)) & select(case_member).where(*his).exists())


def _on_team(person: int, now: datetime) -> Place:
    """A lead may be on the team of every case of his department, so the limits are walked beside his name."""

    def place(since: datetime, size: int) -> Conditions:
        due = case_member.c.due
        his = select(case_member.c.case_id).where(case_member.c.staff_id == person, due <= now, due >= since)
        return [case.c.id.in_(his.where(due.is_not(None)).order_by(due).limit(size))]

    return place
