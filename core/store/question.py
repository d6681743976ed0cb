"""A plain question to one table: comparisons with values, which the database and rows in memory can both answer.

A unit asks it of both, as what it has changed is not written yet (core.store.pending); how it is put to the database
stands in core.store.asking.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, Table, UnaryExpression
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, False_, Null, True_

from core.store.sealing import Row

COMPARE: Mapping[Any, Callable[[Any, Any], bool]] = {
    operators.eq: operator.eq,
    operators.ne: operator.ne,
    operators.lt: operator.lt,
    operators.le: operator.le,
    operators.gt: operator.gt,
    operators.ge: operator.ge,
}
_ID = operator.itemgetter("id")
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
            elif own is None or (compare is not operators.is_not and not COMPARE[compare](own, next(values))):
                return False
        return True

    def sift(self, rows: Iterable[Row]) -> list[Row]:
        """Those rows in memory that answer."""
        if self.comparisons and self.comparisons[0][1] is operators.eq:  # most rows fall through here, at little cost
            name, value = self.comparisons[0][0], self.values[0]
            rows = [row for row in rows if row[name] == value]
            if len(self.comparisons) == 1:
                return rows
        return [row for row in rows if self.holds(row)]

    def arrange(self, rows: list[Row]) -> list[Row]:
        if self.order == "id":
            return sorted(rows, key=_ID, reverse=self.falling)
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
        if name not in _open_columns(table):
            raise ValueError(f"{table.name}.{name} is sealed or not there: nothing equals it")
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
    if order is None:
        return Question(table, tuple(comparisons), tuple(values))
    column = order.element if falling else order
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
    if isinstance(right, BindParameter) and compare in COMPARE:
        return (name, compare), [right.value]
    return None


def named(where: Iterable[ColumnElement[bool]]) -> set[Table]:
    """Further tables that these conditions ask; of one that the database derives, the one that it derives it from."""
    found = {each for condition in where for each in visitors.iterate(condition) if isinstance(each, Table)}
    return {each.info.get("derived_from", each) for each in found}


def conditions(table: Table, equal: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The same equalities for SQLAlchemy."""
    return [table.c[name] == value for name, value in equal.items()]


def by_id(table: Table, row_id: int) -> Question:
    return equals(table, "id", row_id)


def equals(table: Table, column: str, value: Any) -> Question:
    return Question(table, ((column, operators.eq),), (value,))


_open: dict[str, frozenset[str]] = {}


def _open_columns(table: Table) -> frozenset[str]:
    """Names of the columns that are stored as they are."""
    found = _open.get(table.name)
    if found is None:
        names = (column.name for column in table.columns if column.info.get("kept") != "sealed")
        found = _open[table.name] = frozenset(names)
    return found


def _is_open(table: Table, column: Any) -> bool:
    return isinstance(column, Column) and column.table is table and column.name in _open_columns(table)
