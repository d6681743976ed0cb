"""What is overdue within somebody's reach: open cases and tasks whose limit has passed, the longest overdue first."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, String, cast, or_

from core.cases.tables import case
from core.engine.access import Actor, Policy, Reach, Subject
from core.ledger.tables import in_state
from core.store.reading import Lookup
from core.store.sealing import Row
from core.tasks.tables import task

CHUNK: Final = 50  # rows that are asked for at once
LOOKED: Final = 500  # of the house's tasks


def overdue_cases(
    lookup: Lookup, actor: Actor, policy: Policy, subject_of: Callable[[Row], Subject], now: datetime, most: int
) -> list[Row]:
    """At most so many. The index of limits is walked from its oldest end, only as far as is needed."""
    reach = policy.rows(actor, "case.read")
    if reach is Reach.NONE:
        return []
    found: list[Row] = []
    for row in _late(lookup, now, _likely(actor, reach)):
        if policy.may(actor, "case.read", subject_of(row)):
            found.append(row)
        if len(found) == most:
            break
    return found


def overdue_tasks(
    lookup: Lookup,
    actor: Actor,
    policy: Policy,
    subject_of: Callable[[Lookup, int], Subject | None],
    now: datetime,
    most: int,
) -> list[Row]:
    """At most so many: his own wherever they are, others' among the LOOKED that have been late for longest."""
    rows = [
        row
        for person in sorted(actor.people)
        for row in lookup.find(
            task, in_state(task, "open"), task.c.due <= now, task.c.staff_id == person, order=task.c.due, limit=most
        )
    ]
    rows += lookup.find(task, in_state(task, "open"), task.c.due <= now, order=task.c.due, limit=LOOKED)
    late = sorted({row["id"]: row for row in rows}.values(), key=lambda row: (row["due"], row["id"]))
    lookup.preload(case, "id", {row["case_id"] for row in late})
    found: list[Row] = []
    for row in late:
        if policy.may(actor, "task.complete", subject_of(lookup, row["id"])):
            found.append(row)
        if len(found) == most:
            break
    return found


def _late(lookup: Lookup, now: datetime, likely: list[ColumnElement[bool]]) -> Iterator[Row]:
    """In pages that double: where one begins, the last one's end is read again, as many may have one moment."""
    since: datetime | None = None
    seen: set[int] = set()
    size = CHUNK
    while True:
        where = [in_state(case, "open"), case.c.due.is_not(None), case.c.due <= now, *likely]
        where += [] if since is None else [case.c.due >= since]
        rows = lookup.find(case, *where, order=case.c.due, limit=size)
        yield from (row for row in rows if row["id"] not in seen)
        if len(rows) < size:
            return
        seen |= {row["id"] for row in rows}
        since, size = rows[-1]["due"], size * 2


def _likely(actor: Actor, reach: Reach) -> list[ColumnElement[bool]]:
    """What the database can leave out: the policy decides about the rest. A person is looked for by his digits."""
    if reach is Reach.ALL:
        return []
    team = cast(case.c.team, String)
    named = [team.contains(str(person)) for person in sorted(actor.people)]
    below = {each for each in (actor.department, *actor.below) if each is not None}
    return [or_(*named, *([case.c.department_id.in_(sorted(below))] if reach > Reach.ASSIGNED and below else []))]
