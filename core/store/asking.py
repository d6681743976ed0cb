"""Asks the database plain questions through the driver, with SQL that is compiled once.

SQLAlchemy builds, compiles and unpacks every SELECT anew, which costs many times what the database needs for it; a
question of a few comparisons needs none of that.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import operators

from core.store.question import COMPARE, Question
from core.store.sealing import Row

Stored = tuple[Any, ...]
"""One row as the driver gives it."""
Convert = Callable[[Any], Any]
_WORD = re.compile("[a-z_]{1,20}")


@dataclass(frozen=True, slots=True)
class Form:
    """What all questions of one shape share: SQL, how values go in, how rows come out."""

    sql: str
    processes: tuple[tuple[int, Convert | None], ...]  # which of the question's values, and how it goes in
    places: tuple[str, ...] | None  # names of the values where the driver wants names
    names: tuple[str, ...]
    unpack: tuple[tuple[str, Convert], ...]
    id_at: int  # where the id stands in a stored row

    def row(self, stored: Stored) -> Row:
        """By column name, personal columns still sealed."""
        row = dict(zip(self.names, stored, strict=True))
        for name, unpack in self.unpack:
            row[name] = unpack(row[name])
        return row


def ask(
    connection: Connection, question: Question, limit: int | None = None, *, lock: bool = False
) -> tuple[Form, list[Stored]]:
    """Rows as they are stored. With `lock`, PostgreSQL keeps others from changing them until the commit.

    Raises DBAPIError, as SQLAlchemy does.
    """
    form = _form(connection, question)
    values = [
        question.values[at] if process is None else process(question.values[at]) for at, process in form.processes
    ]
    sql = form.sql if limit is None else f"{form.sql} LIMIT {limit:d}"
    return form, _run(connection, f"{sql} FOR UPDATE" if lock else sql, form, values)


def ask_each(connection: Connection, table: Table, column: str, values: Collection[Any]) -> tuple[Form, list[Stored]]:
    """The rows whose column is one of these values, by id: one question instead of one for every value."""
    form = _form_of_each(connection, table, column)
    return form, _run(connection, form.sql, form, [list(values) if form.places else json.dumps(list(values))])


def _run(connection: Connection, sql: str, form: Form, values: list[Any]) -> list[Stored]:
    parameters: Any = values if form.places is None else dict(zip(form.places, values, strict=True))
    dbapi = connection.dialect.loaded_dbapi
    try:
        cursor = connection.connection.cursor()
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
        cursor.close()
    except dbapi.Error as error:
        wrapped = DBAPIError.instance(sql, None, error, dbapi.Error, dialect=connection.dialect)
        raise wrapped from error
    return found  # type: ignore[return-value]  # sqlite3.Row and psycopg's default row are tuples


_forms: dict[Any, Form] = {}


def _form(connection: Connection, question: Question) -> Form:
    table, named = question.table, _named_states(question)
    shape = (connection.dialect.name, table.name, question.comparisons, question.order, question.falling, named)
    found = _forms.get(shape)
    if found is not None:
        return found
    clauses: list[ColumnElement[bool]] = []
    processes: list[tuple[int, Convert | None]] = []
    position = 0
    for name, compare in question.comparisons:
        column = table.c[name]
        if compare not in COMPARE:  # with NULL, which is no value
            clauses.append(compare(column, None))
            continue
        if position in dict(named):
            clauses.append(column == literal_column(f"'{question.values[position]}'"))
        else:
            clauses.append(compare(column, bindparam(f"v{len(processes)}", type_=column.type)))
            process = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
            processes.append((position, process))
        position += 1
    order = table.c[question.order]
    _forms[shape] = _compiled(connection, table, clauses, processes, order.desc() if question.falling else order)
    return _forms[shape]


def _named_states(question: Question) -> tuple[tuple[int, Any], ...]:
    """Values that are written into the statement: SQLite takes an index on a state only if the statement names it."""
    found, position = [], 0
    for name, compare in question.comparisons:
        if name == "state" and compare is operators.eq and _WORD.fullmatch(str(question.values[position])):
            found.append((position, question.values[position]))
        position += compare in COMPARE
    return tuple(found)


def _form_of_each(connection: Connection, table: Table, column: str) -> Form:
    shape = (connection.dialect.name, table.name, column, "each")
    found = _forms.get(shape)
    if found is not None:
        return found
    wanted = table.c[column]
    if connection.dialect.name == "postgresql":
        clause = wanted == func.any(bindparam("v0", type_=ARRAY(wanted.type)))
    else:  # one parameter, whatever the number of values: the statement stays the same
        clause = wanted.in_(select(func.json_each(bindparam("v0")).table_valued("value").c.value))
    _forms[shape] = _compiled(connection, table, [clause], [(0, None)], table.c.id)
    return _forms[shape]


def _compiled(
    connection: Connection,
    table: Table,
    clauses: list[ColumnElement[bool]],
    processes: list[tuple[int, Convert | None]],
    order: ColumnElement[Any],
) -> Form:
    dialect = connection.dialect
    compiled = select(table).where(*clauses).order_by(order).compile(dialect=dialect)
    unpack = [(c.name, c.type.dialect_impl(dialect).result_processor(dialect, None)) for c in table.columns]
    names = tuple(c.name for c in table.columns)
    return Form(
        sql=str(compiled),
        processes=tuple(processes),
        places=None if compiled.positional else tuple(f"v{n}" for n in range(len(processes))),
        names=names,
        unpack=tuple((name, process) for name, process in unpack if process is not None),
        id_at=names.index("id"),
    )
