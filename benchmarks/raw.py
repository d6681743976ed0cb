"""A bare driver connection, without SQLAlchemy: what the database itself can do for one client."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

from core.kit.db import is_sqlite


class Cursor(Protocol):
    """What both drivers' cursors do."""

    rowcount: int

    def execute(self, statement: str, parameters: Any = ...) -> Any: ...

    def executemany(self, statement: str, parameters: Sequence[Any]) -> Any: ...

    def fetchone(self) -> Any: ...


class Raw:
    """One connection and one cursor; `begin` and `commit` frame a transaction that waits for the disk."""

    def __init__(self, connection: Any, cursor: Any, mark: str) -> None:
        self.cursor: Cursor = cursor
        self.mark = mark  # how a parameter is written
        self._connection = connection

    def begin(self) -> None:
        """PostgreSQL's driver begins by itself."""
        if self.mark == "?":
            self.cursor.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._connection.commit()


@contextmanager
def connect(url: str) -> Iterator[Raw]:
    """WAL and synchronous=FULL on SQLite, synchronous_commit=on on PostgreSQL: as the product."""
    if is_sqlite(url):
        lite = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            lite.execute(f"PRAGMA {pragma}")
        try:
            yield Raw(lite, lite.cursor(), "?")
        finally:
            lite.close()
        return
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        yield Raw(connection, connection.cursor(), "%s")
