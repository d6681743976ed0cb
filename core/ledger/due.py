"""When a row that waits is due, also on a clock that was set back: pauses are moments of that clock."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, or_


def is_due(table: FromClause, now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Its moment has come, or lies further ahead than any pause of this queue is long (``longest``): only a clock that
    was set back since explains that."""
    return or_(table.c.due <= now, table.c.due > now + longest)
