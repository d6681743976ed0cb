"""A plain question to one table: asked through the driver with SQL that is compiled once, or put to rows in memory.

SQLAlchemy builds, compiles and unpacks every SELECT anew, which costs many times what the database needs for it; a
question of a few comparisons needs none of that. Being plain it can also be put to rows that are not written yet.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Table, UnaryExpression, bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, False_, Null, True_

from core.store.sealing import Row

_COMPARE: Mapping[Any, Callable[[Any, Any], bool]] = {
    operators.eq: operator.eq,
    operators.ne: operator.ne,
    operators.lt: operator.lt,
    operators.le: operator.le,
    operators.gt: operator.gt,
    operators.ge: operator.ge,
}
_CONSTANTS = {True_: True, False_: False}

Comparison = tuple[str, Any]  # column and operator; `is_` and `is_not` compare with NULL and carry no value


@dataclass(frozen=True, slots=True)
class Question:
    """Comparisons that all must hold, and the column that the answer is sorted by."""

    table: Table
    comparisons: tuple[Comparison, ...]
    values: tuple[Any, ...]
    order: str = "id"
    falling: bool = False

    def holds(self, row: Row) -> bool:
        """Whether a row in memory answers; as in SQL nothing but a test for NULL holds for NULL."""
        values = iter(self.values)
        for name, compare in self.comparisons:
            own = row[name]
            if compare is operators.is_:
                if own is not None:
                    return False
            elif own is None or (compare is not operators.is_not and not _COMPARE[compare](own, next(values))):
                return False
        return True

    def arrange(self, rows: list[Row]) -> list[Row]:
        return sorted(rows, key=lambda row: (row[self.order], row["id"]), reverse=self.falling)


def plain(
    table: Table, where: Sequence[ColumnElement[bool]], equal: Mapping[str, Any], order: Any = None
) -> Question | None:
    """The question behind SQLAlchemy's conditions and columns that equal a value (None: are NULL).

    None when the conditions say more than comparisons with values can.
    """
    comparisons: list[Comparison] = []
    values: list[Any] = []
    for name, value in equal.items():
        if not _is_open(table, table.c[name]):
            raise ValueError(f"{table.name}.{name} is sealed: nothing equals it")
        comparisons.append((name, operators.is_ if value is None else operators.eq))
        values += [] if value is None else [value]
    for each in where:
        found = _comparison(table, each)
        if found is None:
            return None
        comparison, told = found
        comparisons.append(comparison)
        values += told
    falling = isinstance(order, UnaryExpression) and order.modifier is operators.desc_op
    column = table.c.id if order is None else order.element if falling else order
    if not _is_open(table, column) or column.nullable:  # databases do not agree where NULL sorts
        return None
    return Question(table, tuple(comparisons), tuple(values), column.name, falling)


def _comparison(table: Table, condition: ColumnElement[bool]) -> tuple[Comparison, list[Any]] | None:
    """A column, how it is compared, and with which value if there is one."""
    if not isinstance(condition, BinaryExpression) or not _is_open(table, condition.left):
        return None
    name, compare, right = condition.left.name, condition.operator, condition.right
    if isinstance(right, Null) and compare in (operators.is_, operators.is_not):
        return (name, compare), []
    if type(right) in _CONSTANTS and compare is operators.is_:
        return (name, operators.eq), [_CONSTANTS[type(right)]]
    if isinstance(right, BindParameter) and compare in _COMPARE:
        return (name, compare), [right.value]
    return None


def conditions(table: Table, equal: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The same equalities for SQLAlchemy."""
    return [table.c[name] == value for name, value in equal.items()]


def by_id(table: Table, row_id: int) -> Question:
    return Question(table, (("id", operators.eq),), (row_id,))


def ask(connection: Connection, question: Question, limit: int | None = None, *, lock: bool = False) -> list[Row]:
    """Rows as they are stored, personal columns still sealed. With `lock`, PostgreSQL keeps others from changing them.

    Raises DBAPIError, as SQLAlchemy does.
    """
    form = _form(connection, question)
    values = [
        value if process is None else process(value)
        for process, value in zip(form.processes, question.values, strict=True)
    ]
    sql = form.sql if limit is None else f"{form.sql} LIMIT {limit:d}"
    if lock:
        sql += " FOR UPDATE"
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
    rows = [dict(zip(form.names, row, strict=True)) for row in found]
    for name, unpack in form.unpack:
        for row in rows:
            row[name] = unpack(row[name])
    return rows


@dataclass(frozen=True, slots=True)
class _Form:
    """What all questions of one shape share: SQL, how values go in, how rows come out."""

    sql: str
    processes: tuple[Callable[[Any], Any] | None, ...]
    places: tuple[str, ...] | None  # names of the values where the driver wants names
    names: tuple[str, ...]
    unpack: tuple[tuple[str, Callable[[Any], Any]], ...]


_forms: dict[Any, _Form] = {}


def _form(connection: Connection, question: Question) -> _Form:
    table, dialect = question.table, connection.dialect
    shape = (dialect.name, table.name, question.comparisons, question.order, question.falling)
    found = _forms.get(shape)
    if found is not None:
        return found
    clauses: list[ColumnElement[bool]] = []
    processes: list[Callable[[Any], Any] | None] = []
    for name, compare in question.comparisons:
        column = table.c[name]
        if compare in _COMPARE:
            clauses.append(compare(column, bindparam(f"v{len(processes)}", type_=column.type)))
            processes.append(column.type.dialect_impl(dialect).bind_processor(dialect))
        else:
            clauses.append(compare(column, None))
    order = table.c[question.order]
    statement = select(table).where(*clauses).order_by(order.desc() if question.falling else order)
    compiled = statement.compile(dialect=dialect)
    places = None if compiled.positional else tuple(f"v{n}" for n in range(len(processes)))
    unpack = [(c.name, c.type.dialect_impl(dialect).result_processor(dialect, None)) for c in table.columns]
    _forms[shape] = _Form(
        str(compiled),
        tuple(processes),
        places,
        tuple(c.name for c in table.columns),
        tuple((name, process) for name, process in unpack if process is not None),
    )
    return _forms[shape]


def _is_open(table: Table, column: Any) -> bool:
    """Whether this is a column of the table that is stored as it is."""
    return isinstance(column, Column) and column.table is table and column.info.get("kept") != "sealed"
