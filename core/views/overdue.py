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
LOOKED: Final = 500  # of the house's tasks, for whoever reaches more than his own cases and less than all

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
        below = actor.below if reach >= Reach.SUBTREE else frozenset[int]()
        if reach >= Reach.DEPARTMENT and actor.department is not None:
            places.append(_among(case.c.department_id.in_(sorted({actor.department, *below}))))
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
    """At most so many: his own wherever they are, and of whoever reaches no more than his own cases, those of the open
    ones; others' of a lead's department among the LOOKED of the house that have been late for longest."""
    reach = policy.rows(actor, "task.complete")
    if reach is Reach.NONE:
        return []
    places = [_late(lookup, task, now, _everywhere)]
    if reach is not Reach.ALL:
        his = [task.c.staff_id == person for person in sorted(actor.works_for)]
        others = [islice(places[0], LOOKED)]
        if reach <= Reach.ASSIGNED:  # a lead is on too many teams, and a member would look through others' in vain
            his, others = [*his, on_team(actor.works_for, task.c.case_id)], []
        places = [*(_late(lookup, task, now, _among(each)) for each in his), *others]
    found = (row for row in _longest_first(places) if policy.may(actor, "task.complete", subject_of(lookup, row["id"])))
    return list(islice(found, most))


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


def _on_team(person: int, now: datetime) -> Place:
    """A lead may be on the team of every case of his department, so the limits are walked beside his name."""

    def place(since: datetime, size: int) -> Conditions:
        due = case_member.c.due
        his = select(case_member.c.case_id).where(case_member.c.staff_id == person, due <= now, due >= since)
        return [case.c.id.in_(his.where(due.is_not(None)).order_by(due).limit(size))]

    return place
