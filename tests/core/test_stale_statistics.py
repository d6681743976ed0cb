"""PostgreSQL's statistics of a queue were taken while nothing waited in it; then very much waits, as it does when a
platform is away or somebody floods. A look must go through what waits a few times at most, not once for each row of it.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, event, text

from bot.signs import _FIRST_UNREAD, _moments, _unread, _unsent
from core.ledger import errands, inbox, outbox
from core.ledger.due import told
from core.ledger.share import Share
from core.ledger.tables import errand
from core.ledger.tables import inbox as inbox_table
from core.ledger.tables import outbox as outbox_table
from core.store.reading import Reader
from tests.core.stores import NOON, SEALING

WAITING = 2_000
TIMES = 20  # that a look may go through all that waits: each step of its plan counts, reading, sorting, ranking
SHARE = Share(1, 4)

LOOKS: dict[str, Callable[[Reader], object]] = {
    "inbox": lambda reader: inbox.waiting(reader, NOON, 256),
    "inbox, a share": lambda reader: inbox.waiting(reader, NOON, 256, SHARE),
    "inbox, in a crowd": lambda reader: inbox.waiting(reader, NOON, 256, crowd=True),
    "outbox": lambda reader: reader.rows(outbox._HEADS["postgresql"](Share(), False), told(NOON, 64)),
    "outbox, a share": lambda reader: reader.rows(outbox._HEADS["postgresql"](SHARE, False), told(NOON, 64)),
    "errand": lambda reader: reader.rows(errands._open(SHARE, False), told(NOON, 64)),
    "signs, unread": lambda reader: _unread(reader, NOON),
    "signs, in a crowd": lambda reader: _FIRST_UNREAD.rows(reader, _moments(NOON)),
    "signs, unsent": lambda reader: _unsent(reader, NOON),
}


@pytest.fixture(scope="module", params=[1, 40, WAITING], ids=lambda each: f"{each} to a chat")
def crowded(request: pytest.FixtureRequest, databases: Any) -> Any:
    """A connection to a database whose queues have a history and, since the statistics, this many waiting of a chat."""
    with databases.fresh("postgres") as url:
        engine = create_engine(url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            fill(connection, range(1, 10_000), 1, "done", "sent")
            connection.execute(text("ANALYZE"))
            fill(connection, range(10_000, 10_000 + WAITING), request.param, "waiting", "waiting")
            yield connection
        engine.dispose()


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_goes_through_what_waits_a_few_times_at_most(crowded: Connection, name: str) -> None:
    seen: list[tuple[str, Any]] = []

    def listen(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        seen.append((statement, values))

    event.listen(crowded, "before_cursor_execute", listen)
    try:
        LOOKS[name](Reader(crowded, SEALING))
    finally:
        event.remove(crowded, "before_cursor_execute", listen)
    assert seen
    read = sum(gone_through(crowded, *each) for each in seen)
    assert 0 < read <= TIMES * WAITING * len(seen), [statement for statement, _ in seen]


def gone_through(connection: Connection, statement: str, values: Any) -> int:
    """Rows that all steps of its plan have read, kept or not."""
    cursor = connection.connection.cursor()
    cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement, values)
    (found,) = cursor.fetchall()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return _rows(plan)


def _rows(step: dict[str, Any]) -> int:
    removed = sum(value for key, value in step.items() if key.startswith("Rows Removed"))
    own = int((step["Actual Rows"] + removed) * step["Actual Loops"])
    return own + sum(_rows(each) for each in step.get("Plans", []))


def fill(connection: Connection, ids: range, of_a_chat: int, received: str, sent: str) -> None:
    """Messages, answers and files under these ids, so many to a chat; nobody opens what is sealed."""
    due = NOON - timedelta(seconds=10)
    chats = {n: f"c{n // of_a_chat}" for n in ids}
    line = {"channel": "web", "account": "a", "due": due, "attempts": 0}
    keys = {n: {**line, "id": n, "conversation": f"web:a:{chats[n]}"} for n in ids}
    _insert(connection, inbox_table, [
        {**keys[n], "platform_id": str(n), "raw": b"-", "received_at": due, "state": received} for n in ids
    ])  # fmt: skip
    _insert(connection, errand, [
        {**keys[n], "kind": "fetch", "key": str(n), "what": b"-", "state": received} for n in ids
    ])  # fmt: skip
    _insert(connection, outbox_table, [
        {**line, "id": n, "chat": chats[n], "person_kind": "client", "person_id": 1, "notice": b"-",
         "created_at": due, "state": sent} for n in ids
    ])  # fmt: skip


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 1_000):
        connection.execute(table.insert(), rows[start : start + 1_000])
