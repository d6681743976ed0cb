"""Who waits in the inbox when one conversation fills it: a few entries of each, past all the rest of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Select, and_, func, select, true

from core.ledger.tables import in_state, inbox
from core.store.reading import Reader
from core.store.sealing import Row

_HIGHEST = 2**63 - 1  # an id


def crowded(conversations: Iterable[str], most: int) -> bool:
    """Whether a look has found as many of one conversation as it may, and perhaps more wait."""
    return any(count >= most for count in Counter(conversations).values())


class FirstOfEach:
    """A question to the inbox, but of every conversation only its first entries that are ``ready``: so many.

    From one conversation to the next in the index, past all that waits in it: by the oldest first the thousands of a
    flood would be sorted in every look. Where very many conversations wait that is the longer way, so it is for when
    one of them is crowded.
    """

    def __init__(
        self, asked: Select[*tuple[Any, ...]], count: int, ready: Callable[[FromClause], list[ColumnElement[bool]]]
    ) -> None:
        each, own = _conversations(), inbox.alias()
        firsts = select(own.c.id).where(own.c.conversation == each.c.conversation, *ready(own)).order_by(own.c.id)
        picked = firsts.limit(count).lateral()
        last = func.coalesce(firsts.offset(count - 1).limit(1).scalar_subquery(), _HIGHEST)
        part = select(each.c.conversation, last.label("last")).cte("part")
        up_to = and_(inbox.c.conversation == part.c.conversation, inbox.c.id <= part.c.last)
        self._statements = {
            "sqlite": asked.join(part, up_to),  # it knows no lateral joins
            "postgresql": asked.where(inbox.c.id.in_(select(picked.c.id).select_from(each).join(picked, true()))),
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
