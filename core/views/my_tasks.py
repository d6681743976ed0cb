"""The tasks that somebody has to do: his own, and those of whomever he stands in for."""

from core.engine.access import Actor
from core.store.reading import Lookup
from core.store.sealing import Row
from core.tasks.tables import task


def my_tasks(lookup: Lookup, actor: Actor, state: str = "open", limit: int | None = None) -> list[Row]:
    """Of a colleague only those of the role that was given, if it was one."""
    rows = lookup.find(task, staff_id=actor.id, state=state, limit=limit)
    for each in actor.stands_for:
        his = lookup.find(task, staff_id=each.id, state=state, limit=limit)
        rows += [row for row in his if each.scope in ("", row["role"])]
    return list({row["id"]: row for row in rows}.values())
