"""Who waits in a queue when one conversation fills it: the first few of each, past all the rest of it.

PostgreSQL plans by statistics, and those of a queue were mostly taken while nothing waited in it: of two indexes of
what waits any looks as good, and a join goes through all that waits for every row of it. So it is asked without a join,
in one pass. SQLite goes by the indexes alone, and from one conversation to the next in them is the shorter way there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Select, Subquery, Table, and_, func, select

from core.kit.db import sealed_columns
from core.ledger.tables import in_state, inbox
from core.store.reading import Reader
from core.store.sealing import Row

_HIGHEST = 2**63 - 1  # an id


def crowded(conversations: Iterable[str], most: int) -> bool:
    """Whether a look has found as many of one conversation as it may, and perhaps more wait."""
    return any(count >= most for count in Counter(conversations).values())


def ranked(table: Table, *of: str, where: Iterable[ColumnElement[bool]]) -> Subquery:
    """Such rows, without what is sealed, each with its `place` among those that are equal in ``of``: 1 is the first."""
    sealed = {name for name, _ in sealed_columns(table)}
    plain = [column for column in table.c if column.name not in sealed]
    place = func.row_number().over(partition_by=[table.c[name] for name in of], order_by=table.c.id)
    return select(*plain, place.label("place")).where(*where).subquery()


class FirstOfEach:
    """A question to the inbox, but of every conversation only its first entries that are ``ready``: so many.

    By the oldest first the thousands of a flood would be sorted in every look. Where very many conversations wait this
    is the longer way, so it is for when one of them is crowded.
    """

    def __init__(
        self,
        ask: Callable[[FromClause], Select[*tuple[Any, ...]]],
        count: int,
        ready: Callable[[FromClause], list[ColumnElement[bool]]],
    ) -> None:
        each, own = _conversations(), inbox.alias()
        firsts = select(own.c.id).where(own.c.conversation == each.c.conversation, *ready(own)).order_by(own.c.id)
        last = func.coalesce(firsts.offset(count - 1).limit(1).scalar_subquery(), _HIGHEST)
        part = select(each.c.conversation, last.label("last")).cte("part")
        up_to = and_(inbox.c.conversation == part.c.conversation, inbox.c.id <= part.c.last)
        places = ranked(inbox, "conversation", where=ready(inbox))
        self._statements = {
            "sqlite": ask(inbox).join(part, up_to),
            "postgresql": ask(places).where(places.c.place <= count),
        }

    def rows(self, reader: Reader, values: Mapping[str, Any]) -> list[Row]:
        """``values``: of what the question names."""
        return reader.rows(self._statements[reader.connection.dialect.name], values)


def _conversations() -> CTE:
    """Those in which something waits."""
    some, other = inbox.alias(), inbox.alias()
    first = select(func.min(some.c.conversation).label("conversation")).where(in_state(some, "waiting"))
    each = first.cte("each", recursive=True)
    after = select(func.min(other.c.conversation)).where(
        in_state(other, "waiting"), other.c.conversation > each.c.conversation
    )
    return each.union_all(select(after.scalar_subquery()).where(each.c.conversation.is_not(None)))
