"""Locks that live as long as a connection: when a process dies, PostgreSQL itself lets go of its lock.

A SQLite file belongs to one process, which holds whatever there is to hold.
"""

import threading
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from core.store.locks import number_of

_HOLD: Final = text("SELECT pg_try_advisory_lock(:number)")
_LET_GO: Final = text("SELECT pg_advisory_unlock_all()")
# A lock of one 64-bit number shows as its two halves with objsubid 1 (PostgreSQL, "pg_locks").
_HELD: Final = text(
    "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 "
    "AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_MINE: Final = text(f"{_HELD.text} AND pid = pg_backend_pid()")


class SessionLocks:
    """Locks of this process by name, on one connection of its own. May be used by any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._alone = engine.dialect.name != "postgresql"
        self._mutex = threading.Lock()
        self._connection: Connection | None = None
        self._mine = set[str]()

    def hold(self, name: str) -> bool:
        """Whether this process has the lock now. Raises DBAPIError when the database does not answer: nothing is held
        then, and the next call takes it anew."""
        with self._mutex:
            if name in self._mine or self._alone:
                self._mine.add(name)
                return True
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                got = bool(self._connection.execute(_HOLD, {"number": number_of(name)}).scalar())
            except DBAPIError:
                self._drop()
                raise
            if got:
                self._mine.add(name)
            return got

    def kept(self) -> frozenset[str]:
        """Those that this process took and has still; the server is asked. Raises DBAPIError as `hold`."""
        with self._mutex:
            if self._alone or self._connection is None:
                return frozenset(self._mine)
            try:
                found = set(self._connection.execute(_MINE).scalars())
            except DBAPIError:
                self._drop()
                raise
            self._mine = {name for name in self._mine if number_of(name) in found}
            return frozenset(self._mine)

    def held(self, *names: str) -> frozenset[str]:
        """Those of the names that any process holds at this moment. Raises DBAPIError as `hold`."""
        with self._mutex:
            if self._alone:
                return frozenset(self._mine.intersection(names))
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                found = set(self._connection.execute(_HELD).scalars())
            except DBAPIError:
                self._drop()
                raise
            return frozenset(name for name in names if number_of(name) in found)

    def let_go(self) -> None:
        """Of everything, at once: the server sees a closed connection only when it next looks at it."""
        with self._mutex:
            if self._connection is not None:
                with suppress(DBAPIError):
                    self._connection.execute(_LET_GO)
            self._drop()

    def _drop(self) -> None:
        self._mine.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # not given back to the pool: the lock would live on in it
            connection.close()
