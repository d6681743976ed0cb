"""Tables of the office in JSON."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.asked import DayIn, Whole
from admin_api.schemas.ids import ActorIdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.commands.tables import MOST_SOURCE
from core.engine.office_table import OfficeTable, TableChanges, TableRow
from core.store.sealing import Row

MOST_TOLD = 100  # keys of each kind that a look at an import names


class TableEdition(Given):
    """What was imported, without its rows."""

    name: str
    edition: int
    as_of: str = Field(description="The day on which somebody looked it up.")
    source: str
    rows: int
    columns: dict[str, str] = Field(description="Beside key, names and parent: what each column holds.")
    sha256: str = Field(description="Of the file as it was imported.")
    imported_at: Moment
    imported_by: ActorIdOut


class OneTable(TableEdition):
    """A table of the office: its valid edition."""

    tree: bool = Field(description="It has a column parent.")
    open_cases: int = Field(description="Open cases whose flows use it; whenever it changes, they look it up again.")


class TableList(Given):
    """By their names."""

    tables: list[TableEdition]
    next: Next


class EditionList(Given):
    """The newest first."""

    editions: list[TableEdition]
    next: Next


class TableLine(Given):
    """A row. Money is in minor units; an empty cell is null."""

    key: str
    name: dict[str, str]
    parent: str | None
    cells: dict[str, str | int | bool | None]


class TableLines(Given):
    """In the order of the file."""

    rows: list[TableLine]
    next: Next


class TableImport(Given):
    """What an import changed, or would change."""

    kept: bool = Field(description="False: it was only looked over.")
    edition: int = Field(description="The valid one afterwards.")
    rows: int
    added: int
    removed: int
    changed: int
    columns: list[str] = Field(description="Columns that are new, gone or of another type.")
    added_keys: list[str] = Field(description=f"At most {MOST_TOLD}, and so of the other two.")
    removed_keys: list[str]
    changed_keys: list[str]
    open_cases: int = Field(description="Open cases whose flows use the table.")


class Restored(Sent):
    """Which edition counts again."""

    edition: Whole = Field(ge=1, le=1_000_000, examples=[1])


class NewRow(Sent):
    """A row as its file would say it."""

    cells: dict[str, str] = Field(
        max_length=60,
        examples=[{"name.zh-CN": "浙江大学", "name.en": "Zhejiang University", "deadline": "2026-07-15"}],
        description="By column without its type, written as in the CSV (money 1500.00); absent: empty.",
    )
    as_of: DayIn = Field(description="The day on which somebody looked it up.", examples=["2026-09-01"])
    source: str = Field(min_length=1, max_length=MOST_SOURCE, description="Where it was looked up.")


def edition_of(row: Row) -> TableEdition:
    return TableEdition(**_told(row))


def one_table(row: Row, table: OfficeTable, open_cases: int) -> OneTable:
    return OneTable(**_told(row), tree=table.tree, open_cases=open_cases)


def line_of(row: TableRow) -> TableLine:
    return TableLine(key=row.key, name=dict(row.name), parent=row.parent, cells=dict(row.cells))


def import_of(table: OfficeTable, found: TableChanges, *, edition: int, kept: bool, open_cases: int) -> TableImport:
    return TableImport(
        kept=kept,
        edition=edition,
        rows=len(table.rows),
        added=len(found.added),
        removed=len(found.removed),
        changed=len(found.changed),
        columns=list(found.columns),
        added_keys=list(found.added[:MOST_TOLD]),
        removed_keys=list(found.removed[:MOST_TOLD]),
        changed_keys=list(found.changed[:MOST_TOLD]),
        open_cases=open_cases,
    )


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("name", "edition", "as_of", "source", "columns", "sha256", "imported_at", "imported_by")
    return {**{name: row[name] for name in names}, "rows": row["row_count"]}
