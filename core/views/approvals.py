"""The rounds of a case's approvals: who had a seat, what each has said, and how it ended."""

from dataclasses import dataclass

from core.cases.approval_tables import approval
from core.cases.rounds import seats_of, votes_of
from core.engine.approvals import mean_of
from core.store.reading import Lookup
from core.store.sealing import Row


@dataclass(frozen=True, slots=True)
class Round:
    """One round with its seats, in the order in which they were given. `mean`: of the scores so far, as text."""

    row: Row
    seats: tuple[Row, ...]
    for_it: int
    against: int
    mean: str | None


def rounds_of(lookup: Lookup, case_id: int, limit: int, *, before: int | None = None) -> list[Round]:
    """The newest first; ``before``: only those with a smaller id."""
    where = () if before is None else (approval.c.id < before,)
    rows = lookup.find(approval, *where, case_id=case_id, order=approval.c.id.desc(), limit=limit)
    return [_round(lookup, row) for row in rows]


def round_of(lookup: Lookup, approval_id: int) -> Round | None:
    row = lookup.peek(approval, approval_id)
    return None if row is None else _round(lookup, row)


def _round(lookup: Lookup, row: Row) -> Round:
    seats = tuple(seats_of(lookup, row["id"]))
    votes = votes_of(list(seats))
    for_it = sum(vote.for_it for vote in votes)
    return Round(row, seats, for_it, len(votes) - for_it, mean_of(votes))
