"""The loops' questions use the partial indexes of SQLite: history, however long, costs them nothing.

PostgreSQL knows the values when it plans; SQLite takes a partial index only for what the statement itself says.
"""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest

from core.kit.db import writer_engine
from core.ledger import errands, inbox, outbox, timers
from core.ledger.tables import timer
from core.store.reading import Reader
from tests.core.stores import NOON, SEALING

QUESTIONS: dict[str, Callable[[Reader], object]] = {
    "inbox": lambda reader: inbox.waiting(reader, NOON, 10),
    "outbox": lambda reader: outbox.waiting(reader, NOON, 10),
    "timer": lambda reader: timers.due(reader, NOON + timedelta(days=1), 10),
    "timer, the next": timers.next_due,
    "timer, by its key": lambda reader: reader.find(timer, key="x", state="waiting"),
    "timer, of a case": lambda reader: reader.find(timer, case_id=1, scope="stage", state="waiting"),
    "errand": lambda reader: errands.open_errands(reader, NOON, 10),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_waits_is_found_by_an_index_of_what_waits(sqlite_url: str, name: str) -> None:
    asked: list[str] = []
    engine = writer_engine(sqlite_url)
    with engine.connect() as connection, connection.begin():
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(asked.append)
        QUESTIONS[name](Reader(connection, SEALING))
        driver.set_trace_callback(None)
        plans = [row[-1] for statement in asked for row in driver.execute("EXPLAIN QUERY PLAN " + statement)]
    engine.dispose()
    assert any("USING INDEX" in line or "USING COVERING INDEX" in line for line in plans), plans
    assert not [line for line in plans if line.startswith("SCAN") and "INDEX" not in line], plans
