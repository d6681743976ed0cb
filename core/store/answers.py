"""What the database has answered in this group, so that it is asked only once."""

from typing import Any

from sqlalchemy.sql import operators

from core.store.question import Comparison, Question


class Answers:
    """Ids of the rows that answered a question when it was put to the database, before what waits is laid over them.

    A group's transaction and its locks keep these answers true until it ends, or until it writes itself.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[Comparison, ...], tuple[Any, ...]], list[int]] = {}

    def keep(self, question: Question, ids: list[int]) -> None:
        self._known[question.table.name, question.comparisons, question.values] = ids

    def of(self, question: Question) -> list[int] | None:
        """Ids among which the answer is, of this question or of a wider one; None when nobody has asked."""
        name = question.table.name
        found = self._known.get((name, question.comparisons, question.values))
        if found is not None or len(question.comparisons) < 2:
            return found
        values = iter(question.values)
        for comparison in question.comparisons:
            if comparison[1] in (operators.is_, operators.is_not):
                continue
            found = self._known.get((name, (comparison,), (next(values),)))
            if found is not None:
                return found
        return None

    def forget(self) -> None:
        self._known.clear()
