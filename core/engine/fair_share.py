"""Whose turn it is: the next in a circle, or whoever has the least work. Pure and without chance.

The circle is that of the ids, and what is remembered of it is who had the last turn. So whoever is there all the time
has his turn once in every round, whoever else comes and goes; whoever joins takes his place in the circle and does not
have to be made up for what was given before he came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Way = Literal["round_robin", "least_loaded"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """`turn`: number of his last turn in this circle, 0 if he had none. `load`: open cases that he has in this role."""

    id: int
    turn: int = 0
    load: int = 0


def next_one(way: Way, there: Sequence[Candidate], last: int | None) -> Candidate:
    """Of those who are there, at least one. `last`: id of whoever had the last turn, whether he is there or not."""
    circle = sorted(there, key=lambda each: each.id)
    if way == "least_loaded":
        return min(circle, key=lambda each: (each.load, each.turn, each.id))
    return next((each for each in circle if last is not None and each.id > last), circle[0])
