"""Writes buffered rows: one statement per table and kind of change, compiled once, its rows given to the driver whole.

SQLAlchemy would work every row's parameters out anew, at several times the driver's own cost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from core.store.sealing import Row


def write_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert whole rows."""
    _run(connection, ("insert", table.name), lambda: _insert(table, insert), rows)


def write_once(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert whole rows; one whose unique key has been there before is dropped."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    _run(connection, ("once", table.name), lambda: _insert(table, make).on_conflict_do_nothing(), rows)


def write_changes(connection: Connection, table: Table, columns: frozenset[str], rows: Sequence[Row]) -> int:
    """Update by id, and where `version` is among the columns only if it is still `base`. Returns how many were there.

    Every row holds `_<column>` for each of the columns, `row_id` and `base`.
    """
    return _run(connection, ("update", table.name, columns), lambda: _update(table, columns), rows)


@dataclass(frozen=True, slots=True)
class _Form:
    """One statement: its SQL, and every parameter's name and how it goes to the driver."""

    sql: str
    parameters: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    named: bool

    def bind(self, row: Row) -> Any:
        """The row's parameters as this driver takes them."""
        bound = [row[name] if process is None else process(row[name]) for name, process in self.parameters]
        return dict(zip((name for name, _ in self.parameters), bound, strict=True)) if self.named else tuple(bound)


_forms: dict[Any, _Form] = {}


def _run(connection: Connection, key: tuple[Any, ...], make: Callable[[], Any], rows: Sequence[Row]) -> int:
    """Through SQLAlchemy's connection, so that errors and listeners are as everywhere."""
    key = (connection.dialect.name, *key)
    form = _forms.get(key)
    if form is None:
        form = _forms[key] = _compiled(connection, make())
    bound = [form.bind(row) for row in rows]
    result = connection.exec_driver_sql(form.sql, bound if len(bound) > 1 else bound[0])
    return result.rowcount


def _compiled(connection: Connection, statement: Any) -> _Form:
    dialect = connection.dialect
    compiled = statement.compile(dialect=dialect)
    names = compiled.positiontup if compiled.positional else list(compiled.binds)
    kinds = ((name, compiled.binds[name].type.dialect_impl(dialect)) for name in names)
    # Both drivers take bytes as they are; SQLAlchemy would wrap each of them.
    parameters = tuple((n, None if isinstance(k, LargeBinary) else k.bind_processor(dialect)) for n, k in kinds)
    return _Form(str(compiled), parameters, named=not compiled.positional)


def _insert(table: Table, make: Callable[[Table], Any]) -> Any:
    return make(table).values({c.name: bindparam(c.name, type_=c.type) for c in table.columns})


def _update(table: Table, columns: frozenset[str]) -> Any:
    where = [table.c.id == bindparam("row_id", type_=table.c.id.type)]
    if "version" in columns:
        where.append(table.c.version == bindparam("base", type_=table.c.version.type))
    values = {name: bindparam("_" + name, type_=table.c[name].type) for name in sorted(columns)}
    return update(table).where(*where).values(values)
