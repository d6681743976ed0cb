"""What is asked of the database while something is done: every statement, the store's own short way included."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from core.store import asking


@contextmanager
def statements() -> Iterator[list[str]]:
    """Their SQL, in order."""
    told: list[str] = []
    run = asking._run

    def noted(connection: Connection, sql: str, form: asking.Form, values: list[Any]) -> list[asking.Stored]:
        told.append(sql)
        return run(connection, sql, form, values)

    def heard(*about: Any) -> None:
        told.append(about[2])

    asking._run = noted
    event.listen(Engine, "before_cursor_execute", heard)
    try:
        yield told
    finally:
        asking._run = run
        event.remove(Engine, "before_cursor_execute", heard)
