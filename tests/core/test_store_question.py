"""A plain question means the same to the database and to rows in memory; the others are left to the database."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, or_, select

from core.conversations.tables import conversation
from core.kit.db import writer_engine
from core.staff.tables import staff
from core.store.asking import ask
from core.store.question import Question, conditions, plain
from tests.core.stores import SEALING

LANGUAGES = ("en", "zh-CN")
ROWS = [
    {
        "id": n,
        "key": f"k{n}",
        "channel": "c",
        "account": "a",
        "chat": "x",
        "client_id": [None, 1, 2][n % 3],
        "language": LANGUAGES[n % 2],
        "misunderstood": n % 4,
    }
    for n in range(1, 13)
]
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.integers(0, 13),
    "client_id": st.integers(0, 3),
    "language": st.sampled_from(LANGUAGES),
    "misunderstood": st.integers(0, 4),
}
COMPARE: list[Callable[[Any, Any], Any]] = [
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
]


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = writer_engine(database)
    with engine.connect() as opened, opened.begin():
        opened.execute(conversation.insert(), [SEALING.complete(conversation, row) for row in ROWS])
        yield opened
    engine.dispose()


@st.composite
def condition(draw: st.DrawFn) -> Any:
    name = draw(st.sampled_from(sorted(COLUMNS)))
    column = conversation.c[name]
    empty = draw(st.sampled_from([None, column.is_(None), column.is_not(None)]))
    return draw(st.sampled_from(COMPARE))(column, draw(COLUMNS[name])) if empty is None else empty


def rows(connection: Connection, question: Question, limit: int | None = None) -> list[dict[str, Any]]:
    form, stored = ask(connection, question, limit)
    return [form.row(each) for each in stored]


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def test_database_sqlalchemy_and_memory_give_one_answer(connection: Connection) -> None:
    stored = [SEALING.complete(conversation, row) for row in ROWS]

    @given(st.lists(condition(), max_size=3), st.sampled_from(["id", "misunderstood"]), st.booleans())
    def check(where: list[Any], order: str, falling: bool) -> None:
        column = conversation.c[order]
        question = plain(conversation, where, {}, column.desc() if falling else column)
        assert question is not None
        said = select(conversation.c.id).where(*where)
        expected = list(connection.execute(said).scalars())
        assert sorted(ids(rows(connection, question))) == sorted(expected)
        held = question.arrange([row for row in stored if question.holds(row)])
        assert sorted(ids(held)) == sorted(expected)
        ranks = [row[order] for row in held]
        assert ranks == sorted(ranks, reverse=falling)
        assert [row[order] for row in rows(connection, question)] == ranks

    check()


def test_equality_by_name_is_the_same_question(connection: Connection) -> None:
    equal = {"client_id": None, "language": "en"}
    by_name = plain(conversation, [], equal)
    assert by_name == plain(conversation, [conversation.c.client_id.is_(None), conversation.c.language == "en"], {})
    assert by_name is not None
    said = select(conversation.c.id).where(*conditions(conversation, equal)).order_by(conversation.c.id)
    assert ids(rows(connection, by_name)) == list(connection.execute(said).scalars()) == [6, 12]
    assert ids(rows(connection, by_name, 1)) == [6]


def test_true_and_false_are_values() -> None:
    question = plain(staff, [staff.c.active.is_(True)], {})
    assert question == plain(staff, [], {"active": True})
    assert question is not None
    assert question.holds({"id": 1, "active": True})
    assert not question.holds({"id": 1, "active": False})


@pytest.mark.parametrize(
    "where",
    [
        or_(conversation.c.id == 1, conversation.c.id == 2),
        conversation.c.id.in_([1, 2]),
        conversation.c.id == conversation.c.client_id,
        conversation.c.dialog == b"",
        staff.c.id == 1,
        conversation.c.key.like("k%"),
    ],
)
def test_what_is_not_plain_is_left_to_the_database(where: Any) -> None:
    assert plain(conversation, [where], {}) is None


def test_an_order_that_databases_do_not_agree_on_is_left_to_the_database() -> None:
    assert plain(conversation, [], {}, conversation.c.client_id) is None


def test_nothing_equals_a_sealed_column() -> None:
    with pytest.raises(ValueError, match="sealed"):
        plain(conversation, [], {"dialog": b""})


def test_a_column_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="colour"):
        plain(conversation, [], {"colour": "red"})
