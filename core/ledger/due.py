"""When a row that waits is due, also on a clock that was set back: pauses are moments of that clock.

Loops ask the same question many times a second, and making a statement takes longer than asking it: a statement that is
kept names its moments, and they are told with each asking.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, FromClause, Integer, bindparam, or_

from core.kit.db import Instant

NOW: Final = bindparam("now", type_=Instant())
LATEST: Final = bindparam("latest", type_=Instant())  # no pause ends later
LATE: Final = bindparam("late", type_=Instant())  # what has been due since then is everybody's, see core.ledger.share
MOST: Final = bindparam("most", type_=Integer())  # rows
EVERYBODYS: Final = timedelta(seconds=10)  # what has been due for longer is, whoever's share it is


def is_due(table: FromClause) -> ColumnElement[bool]:
    """Its moment has come, or lies further ahead than any pause of this queue is long: only a clock that was set back
    since explains that."""
    return or_(table.c.due <= NOW, table.c.due > LATEST)


def told(now: datetime, most: int, longest: timedelta = timedelta(0)) -> dict[str, datetime | int]:
    """The values of a kept statement; ``longest``: pause of this queue, where the statement asks for it."""
    return {"now": now, "latest": now + longest, "late": now - EVERYBODYS, "most": most}
