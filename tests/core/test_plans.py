"""The loops' questions use the partial indexes of SQLite: history, however long, costs them nothing.

PostgreSQL knows the values when it plans; SQLite takes a partial index only for what the statement itself says.
"""

import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, create_engine, func, select

from bot.reconciler import _moved_since
from bot.signs import _FIRST_UNREAD, _moments, _unread, _unsent
from core.cases.tables import case
from core.catalog.catalogue import Catalogue
from core.engine.access import Actor
from core.ledger import errands, inbox, looks, outbox, timers
from core.ledger.buttons import open_cards
from core.ledger.tables import timer
from core.staff.policy import DEFAULT
from core.store.reading import Reader
from core.tasks.tables import task
from core.views.board import reachable_cases
from core.views.impact import _by_rule, _count, _occupied
from core.views.overdue import overdue_cases, overdue_tasks
from core.views.simulation import open_cases_of
from core.wiring.subjects import of_case, task_subject
from tests.core.stores import NOON, SEALING

ADMIN = Actor("staff", 1, roles=frozenset({"admin", "reviewer"}))
MEMBER = Actor("staff", 2, roles=frozenset({"copywriter"}))
LEAD = Actor("staff", 3, roles=frozenset({"supervisor"}), department=1)

QUESTIONS: dict[str, Callable[[Reader], object]] = {
    "inbox": lambda reader: inbox.waiting(reader, NOON, 10),
    "inbox, in a crowd": lambda reader: inbox.waiting(reader, NOON, 10, crowd=True),
    "outbox": lambda reader: outbox.waiting(reader, NOON, 10),
    "timer": lambda reader: timers.due(reader, NOON + timedelta(days=1), 10),
    "timer, the next": timers.next_due,
    "timer, by its key": lambda reader: reader.find(timer, key="x", state="waiting"),
    "timer, of a case": lambda reader: reader.find(timer, case_id=1, scope="stage", state="waiting"),
    "outbox, signs": lambda reader: _unsent(reader, NOON),
    "inbox, signs": lambda reader: _unread(reader, NOON),
    "inbox, signs in a crowd": lambda reader: _FIRST_UNREAD.rows(reader, _moments(NOON)),
    "overdue cases": lambda reader: overdue_cases(reader, ADMIN, DEFAULT, of_case, NOON, 10),
    "overdue tasks": lambda reader: overdue_tasks(reader, ADMIN, DEFAULT, task_subject, NOON, 10),
    "overdue cases of a member": lambda reader: overdue_cases(reader, MEMBER, DEFAULT, of_case, NOON, 10),
    "overdue cases of a lead": lambda reader: overdue_cases(reader, LEAD, DEFAULT, of_case, NOON, 10),
    "overdue tasks of a member": lambda reader: overdue_tasks(reader, MEMBER, DEFAULT, task_subject, NOON, 10),
    "overdue tasks of a lead": lambda reader: overdue_tasks(reader, LEAD, DEFAULT, task_subject, NOON, 10),
    "cases of a member": lambda reader: reachable_cases(reader, MEMBER, DEFAULT, of_case),
    "live copies of cases that move": lambda reader: looks.due(reader, NOON, _moved_since(0.0), 10),
    "open buttons of a person": lambda reader: open_cards(reader, ADMIN),
    "cases of a flow, by stage": lambda reader: _occupied(reader, Catalogue(), "f", {}, None),
    "cases of a flow, by version": lambda reader: _count(reader, select(case.c.flow_version_id, func.count()), "f"),
    "open cases of a flow": lambda reader: open_cases_of(reader, "f"),
    "tasks of rules": lambda reader: _by_rule(reader, "f", task, "open", {"r": task.c.key.startswith("r:")}),
    "timers of rules": lambda reader: _by_rule(reader, "f", timer, "waiting", {"r": timer.c.key.contains(":r:")}),
    "errand": lambda reader: errands.open_errands(reader, NOON, 10),
}

_HISTORY = re.compile(
    r"SCAN (inbox|outbox|timer|errand|client_case|task|button|case_event) USING (COVERING )?INDEX sqlite_autoindex"
)
"""A whole table in the order of its ids: an index by name, and all of history all the same."""


class Listening(sqlite3.Cursor):
    """Notes every statement as it was given, its values apart."""

    said: ClassVar[list[str]] = []

    def execute(self, sql: str, parameters: Any = (), /) -> "Listening":
        self.said.append(sql)
        return super().execute(sql, parameters)


class Connected(sqlite3.Connection):
    def cursor(self, factory: Any = Listening) -> Any:
        return super().cursor(factory)


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_waits_is_found_by_an_index_of_what_waits(sqlite_url: str, name: str) -> None:
    engine = create_engine(sqlite_url, connect_args={"factory": Connected})
    with engine.connect() as connection:
        Listening.said.clear()
        QUESTIONS[name](Reader(connection, SEALING))
        asked = list(Listening.said)
        plans = [line for statement in asked for line in plan(connection, statement)]
    engine.dispose()
    assert any("USING INDEX" in line or "USING COVERING INDEX" in line for line in plans), plans
    walks = [line for line in plans if line.startswith("SCAN") and "INDEX" not in line]
    assert set(walks) <= {"SCAN each"}, plans  # the conversations that a question itself has collected
    assert not [line for line in plans if _HISTORY.search(line)], plans


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name.endswith("of a member")])
def test_what_is_a_members_is_looked_for_from_him(sqlite_url: str, name: str) -> None:
    engine = create_engine(sqlite_url, connect_args={"factory": Connected})
    with engine.connect() as connection:
        Listening.said.clear()
        QUESTIONS[name](Reader(connection, SEALING))
        his = [each for each in Listening.said if "case_member" in each]
        plans = [line for statement in his for line in plan(connection, statement)]
    engine.dispose()
    wanted = (
        "case_member USING PRIMARY KEY (staff_id=?)",
        "case_member USING COVERING INDEX ix_case_member_late (staff_id=?",
    )
    assert [line for line in plans if any(each in line for each in wanted)], plans
    assert not [line for line in plans if "due_open" in line], plans


def plan(connection: Connection, statement: str) -> list[str]:
    cursor = connection.connection.cursor()
    cursor.execute("EXPLAIN QUERY PLAN " + statement, [1] * statement.count("?"))
    return [row[-1] for row in cursor.fetchall()]
