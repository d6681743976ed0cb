"""The moment or day that a rule about time hangs on."""

from core.engine.flow import At
from core.store.sealing import Row


def anchor_of(at: At, row: Row) -> str | None:
    """The anchor's value in this case now, as text; None while it is unknown."""
    if at.anchor == "stage.due":
        return None if row["due"] is None else row["due"].isoformat()
    value = row["fields"].get(at.anchor.removeprefix("case."))
    return value if isinstance(value, str) and value else None
