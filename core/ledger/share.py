"""Shares: which part of the waiting work a process looks at, so that several do not run after the same."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, func

from core.ledger.due import LATE

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Share:
    """The `rank`-th of `of` parts. A hint only: locks and claims decide, however shares overlap. PostgreSQL only."""

    rank: int = 0
    of: int = 1
    late: bool = False  # instead: what has been due for long, whoever's it is

    @property
    def leads(self) -> bool:
        """Whether this process does what one of them is enough for."""
        return self.rank == 0

    def of_words(self, column: "ColumnElement[Any]", due: "ColumnElement[Any]") -> list[ColumnElement[bool]]:
        """Conditions for rows of this share, by a column of words that belong together."""
        return self._part(func.hashtext(column), due)

    def of_numbers(self, column: "ColumnElement[Any]", due: "ColumnElement[Any]") -> list[ColumnElement[bool]]:
        return self._part(func.hashint8(column), due)

    def _part(self, number: ColumnElement[int], due: "ColumnElement[Any]") -> list[ColumnElement[bool]]:
        if self.late:
            return [due <= LATE]
        return [] if self.of == 1 else [number.op("&")(0x7FFFFFFF) % self.of == self.rank]


WHOLE: Final = Share()


def own_first(share: Share, ask: Callable[[Share], list[Found]]) -> list[Found]:
    """What there is of this share. A process that has nothing to do helps with what is late, as another one may hang;
    those that are busy would all run after the same late rows, and the more so the later they get."""
    found = ask(share)
    return found if found or share.of == 1 else ask(replace(share, late=True))


@dataclass(slots=True)
class Place:
    """Where this process stands among those that work: its id, which its claims bear, and its share."""

    id: int | None = None
    share: Share = WHOLE
