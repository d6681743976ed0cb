"""Shares: which part of the waiting work a process looks at, so that several do not run after the same."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, func, or_

from core.ledger.due import LATE


@dataclass(frozen=True, slots=True)
class Share:
    """The `rank`-th of `of` parts. A hint only: locks and claims decide, however shares overlap. PostgreSQL only."""

    rank: int = 0
    of: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process does what one of them is enough for."""
        return self.rank == 0

    def of_words(self, column: "Column[Any]", due: "Column[Any]") -> list[ColumnElement[bool]]:
        """Conditions for rows of this share, by a column of words that belong together, and for what is late."""
        return self._part(func.hashtext(column), due)

    def of_numbers(self, column: "Column[Any]", due: "Column[Any]") -> list[ColumnElement[bool]]:
        return self._part(func.hashint8(column), due)

    def _part(self, number: ColumnElement[int], due: "Column[Any]") -> list[ColumnElement[bool]]:
        if self.of == 1:
            return []
        return [or_(number.op("&")(0x7FFFFFFF) % self.of == self.rank, due <= LATE)]


WHOLE: Final = Share()


@dataclass(slots=True)
class Place:
    """Where this process stands among those that work: its id, which its claims bear, and its share."""

    id: int | None = None
    share: Share = WHOLE
