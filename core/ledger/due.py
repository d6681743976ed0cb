"""When a row that waits is due, also on a clock that was set back: pauses are moments of that clock.

Loops ask the same question many times a second, and making a statement takes longer than asking it: a statement that is
kept names its moments, and they are told with each asking.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, FromClause, Integer, bindparam, or_

from core.kit.db import Instant

Moment = datetime | BindParameter[datetime]

NOW: Final = bindparam("now", type_=Instant())
LATEST: Final = bindparam("latest", type_=Instant())  # no pause ends later
LATE: Final = bindparam("late", type_=Instant())  # what has been due since then is everybody's, see core.ledger.share
MOST: Final = bindparam("most", type_=Integer())  # rows
EVERYBODYS: Final = timedelta(seconds=10)  # what has been due for longer is, whoever's share it is


def is_due(table: FromClause, now: Moment, latest: Moment) -> ColumnElement[bool]:
    """Its moment has come, or lies further ahead than any pause of this queue is long: only a clock that was set back
    since explains that."""
    return or_(table.c.due <= now, table.c.due > latest)


def told(now: datetime, longest: timedelta, most: int) -> dict[str, datetime | int]:
    """The values of a kept statement; ``longest``: pause of this queue."""
    return {"now": now, "latest": now + longest, "late": now - EVERYBODYS, "most": most}
