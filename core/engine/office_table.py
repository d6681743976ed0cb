"""Tables of the office, such as schools with their deadlines or a tree of regions: rows that flows choose from and look
up. What is here is pure; ``core.catalog.office_tables`` keeps them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, get_args

from core.engine.flow import Field, Flow
from core.engine.spec_kinds import Choice
from core.engine.stays import place_of
from core.engine.text import Words

ColumnType = Literal["text", "int", "money", "decimal", "date", "bool"]
Cell = str | int | bool | None  # as a case keeps a field of that type; None: the cell is empty

TYPES: Final[tuple[ColumnType, ...]] = get_args(ColumnType)
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")  # of a table and of a column
MOST_ROWS: Final = 5000
MOST_BYTES: Final = 1024 * 1024
MOST_COLUMNS: Final = 50


@dataclass(frozen=True, slots=True)
class TableRow:
    """``key`` is what a case keeps; ``parent`` the key of the row that it lies in."""

    key: str
    name: Words
    parent: str | None
    cells: Mapping[str, Cell]


@dataclass(frozen=True)  # without slots: what is worked out once is kept in it
class OfficeTable:
    """One edition of a table; the rows stand in the order of its file. ``tree``: it has a column ``parent``."""

    columns: Mapping[str, ColumnType]
    rows: Mapping[str, TableRow]
    tree: bool

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """The rows as what a field may hold."""
        return tuple(Choice.model_construct(key=row.key, name=dict(row.name)) for row in self.rows.values())

    def path(self, key: object) -> tuple[str, ...]:
        """The row and those that it lies in, the nearest first; empty for a key that is not there."""
        found: list[str] = []
        at = key if isinstance(key, str) else None
        while at is not None and at in self.rows and at not in found:
            found.append(at)
            at = self.rows[at].parent
        return tuple(found)

    def path_of(self, value: object) -> list[str]:
        """The same of a field's value; of several rows theirs together, each once."""
        return list(dict.fromkeys(each for key in values_of(value) for each in self.path(key)))


Tables = Mapping[str, OfficeTable]


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What another edition would change: keys of rows, and the columns that are other."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    columns: tuple[str, ...]


def changes_between(before: OfficeTable | None, after: OfficeTable) -> TableChanges:
    """``before`` is None where there was no such table: every row is new then."""
    old = {} if before is None else before.rows
    columns = {} if before is None else before.columns
    named = dict.fromkeys((*columns, *after.columns))
    return TableChanges(
        added=tuple(key for key in after.rows if key not in old),
        removed=tuple(key for key in old if key not in after.rows),
        changed=tuple(key for key, row in after.rows.items() if key in old and old[key] != row),
        columns=tuple(name for name in named if columns.get(name) != after.columns.get(name)),
    )


def filled(flow: Flow, tables: Tables) -> Flow:
    """The flow with the rows of today as the choices of every field that takes them from a table.

    A table that is not there gives no choice at all. For doors and validators; conditions never need it.
    """
    if not any(field.choices_from for field in flow.fields):
        return flow
    said = {name: getattr(flow, name) for name in Flow.model_fields}
    fields = tuple(_with_choices(field, tables) for field in flow.fields)
    return Flow.model_construct(**{**said, "fields": fields})


def _with_choices(field: Field, tables: Tables) -> Field:
    if field.choices_from is None:
        return field
    table = tables.get(field.choices_from)
    return field.model_copy(update={"choices": () if table is None else table.choices})


def gone(flow: Flow, fields: Mapping[str, object], tables: Tables) -> dict[str, tuple[str, ...]]:
    """By field: the keys that somebody gave and that the table does not have any more."""
    found = {}
    for field in flow.fields:
        value = fields.get(field.key)
        if field.choices_from is None or field.source == "computed" or value in (None, "", []):
            continue
        table = tables.get(field.choices_from)
        missing = tuple(key for key in values_of(value) if table is None or key not in table.rows)
        if missing:
            found[field.key] = missing
    return found


def values_of(value: object) -> list[str]:
    """The keys that a field holds: one, those of a multi, or the places of stays."""
    return [str(place_of(each)) for each in value] if isinstance(value, list | tuple) else [str(value)]
