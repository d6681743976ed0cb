"""Who waits in a queue when one conversation fills it: the first few of each, past all the rest of it.

PostgreSQL plans by statistics, and those of a queue were mostly taken while nothing waited in it: a join of what waits
with what waits looks free, and then goes through all of it for every row. So there is none here, see decision 0023.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Select, Subquery, Table, and_, func, select, true

from core.ledger.tables import in_state, inbox
from core.store.reading import Reader
from core.store.sealing import Row

_HIGHEST = 2**63 - 1  # an id


def crowded(conversations: Iterable[str], most: int) -> bool:
    """Whether a look has found as many of one conversation as it may, and perhaps more wait."""
    return any(count >= most for count in Counter(conversations).values())


def ranked(table: Table, *of: str, where: Iterable[ColumnElement[bool]]) -> Subquery:
    """Such rows, without what is sealed, each with its `place` among those that are equal in ``of``: 1 is the first."""
    place = func.row_number().over(partition_by=[table.c[name] for name in of], order_by=table.c.id)
    return select(*_plain(table, table), place.label("place")).where(*where).subquery()


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
        picked = firsts.with_only_columns(*_plain(inbox, own)).limit(count).lateral()
        last = func.coalesce(firsts.offset(count - 1).limit(1).scalar_subquery(), _HIGHEST)
        part = select(each.c.conversation, last.label("last")).cte("part")
        up_to = and_(inbox.c.conversation == part.c.conversation, inbox.c.id <= part.c.last)
        self._statements = {
            "sqlite": ask(inbox).join(part, up_to),  # it knows no lateral joins
            "postgresql": ask(select(picked).select_from(each).join(picked, true()).subquery()),
        }

    def rows(self, reader: Reader, values: Mapping[str, Any]) -> list[Row]:
        """``values``: of what the question names."""
        return reader.rows(self._statements[reader.connection.dialect.name], values)


def _plain(table: Table, of: FromClause) -> list[ColumnElement[Any]]:
    """``of``: the table, or an alias of it."""
    return [of.c[column.name] for column in table.c if column.info["kept"] == "plain"]


def _conversations() -> CTE:
    """Those in which something waits."""
    some, other = inbox.alias(), inbox.alias()
    first = select(func.min(some.c.conversation).label("conversation")).where(in_state(some, "waiting"))
    each = first.cte("each", recursive=True)
    after = select(func.min(other.c.conversation)).where(
        in_state(other, "waiting"), other.c.conversation > each.c.conversation
    )
    return each.union_all(select(after.scalar_subquery()).where(each.c.conversation.is_not(None)))
