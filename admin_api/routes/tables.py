"""Tables of the office: rows that flows choose from and look up, imported whole as CSV; earlier editions are kept."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from admin_api.bodies import whole
from admin_api.desk import AtDesk, Desk, command_of
from admin_api.download import SAFE
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.asked import DayIn, Words
from admin_api.schemas.tables import (
    EditionList,
    NewRow,
    OneTable,
    Restored,
    TableImport,
    TableLine,
    TableLines,
    TableList,
    edition_of,
    import_of,
    line_of,
    one_table,
)
from core.catalog.office_tables import LivingTables, lacking, valid_file
from core.catalog.tables import office_table, office_table_edition
from core.commands.tables import MOST_SOURCE, NAME, DropTableRow, ImportTable, RestoreTable, SetTableRow
from core.engine.office_table import MOST_BYTES, OfficeTable, TableChanges, changes_between
from core.engine.office_table_csv import read_table
from core.engine.office_table_row import with_row, without_row
from core.kit.errors import Invalid, NotFound
from core.store.reading import Lookup, Reader
from core.store.sealing import Row
from core.views.office_tables import editions, open_cases, tables_listed, versions_in_use

TABLES = section("tables")
Name = Annotated[Words, Path(max_length=48)]
RowKey = Annotated[Words, Path(max_length=60)]
NewName = Annotated[Words, Path(pattern=NAME)]
_CSV = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"text/csv": _CSV}}}


def _edition(lookup: Lookup, name: str) -> object:
    row = lookup.first(office_table, name=name)
    return None if row is None else (name, row["edition"])


TABLE = Tagged(office_table.name, "table_name", _edition)


async def _content(request: Request, desk: AtDesk) -> bytes:
    content = await whole(request, MOST_BYTES + 1)  # one more is told in words
    if desk.once is not None:
        await run_in_threadpool(desk.once.about, content)
    return content


@TABLES.operation("GET", "/tables", may("flow.read"))
def list_tables(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> TableList:
    """Every table of the office that flows may use."""
    with desk.look() as reader:
        rows, following = page_of(tables_listed(reader), lambda row: (row["name"],), cursor, limit)
    return TableList(tables=[edition_of(row) for row in rows], next=following)


@TABLES.operation("GET", "/tables/{table_name}", may("flow.read"), tagged=TABLE)
def read_table_of_office(desk: AtDesk, table_name: Name) -> OneTable:
    """A table: its valid edition, its columns, and how many open cases use it."""
    with desk.look() as reader:
        return _one(desk, reader, table_name)


@TABLES.operation("GET", "/tables/{table_name}/rows", may("flow.read"))
def list_table_rows(desk: AtDesk, table_name: Name, cursor: Cursor = None, limit: Limit = USUAL) -> TableLines:
    """The rows of a table's valid edition."""
    with desk.look() as reader:
        table = _table(desk, reader, table_name)
    numbered = list(enumerate(table.rows.values()))
    rows, following = page_of(numbered, lambda each: (each[0],), cursor, limit)
    return TableLines(rows=[line_of(row) for _, row in rows], next=following)


@TABLES.operation("GET", "/tables/{table_name}/rows/{row_key}", may("flow.read"), tagged=TABLE)
def read_table_row(desk: AtDesk, table_name: Name, row_key: RowKey) -> TableLine:
    """One row. The ETag is that of the whole table: a change of any row is another edition."""
    with desk.look() as reader:
        row = _table(desk, reader, table_name).rows.get(row_key)
    if row is None:
        raise NotFound(thing="row")
    return line_of(row)


@TABLES.operation(
    "PUT", "/tables/{table_name}/rows/{row_key}", does(SetTableRow), errors=[404], tagged=TABLE, guarded=True
)
def write_table_row(desk: AtDesk, table_name: Name, row_key: RowKey, body: NewRow) -> TableLine:
    """Write one row, new or anew. Everything is checked as an import is, and follows as from an import: the table has a
    new edition with this day and source, and open cases look it up again."""
    command = command_of(SetTableRow, {"name": table_name, "key": row_key, **body.model_dump()})
    _beforehand(desk, command, lambda file: with_row(file, row_key, body.cells))
    desk.do(command)
    return read_table_row(desk, table_name, row_key)


@TABLES.operation(
    "DELETE",
    "/tables/{table_name}/rows/{row_key}",
    does(DropTableRow),
    status=204,
    errors=[404],
    tagged=TABLE,
    guarded=True,
)
def drop_table_row(
    desk: AtDesk,
    table_name: Name,
    row_key: RowKey,
    as_of: Annotated[DayIn, Query(description="The day on which somebody looked it up.", examples=["2026-09-01"])],
    source: Annotated[Words, Query(min_length=1, max_length=MOST_SOURCE, description="Where it was looked up.")],
) -> None:
    """Take one row out. Cases that hold it keep their value, and their staff are asked to choose again."""
    command = command_of(DropTableRow, {"name": table_name, "key": row_key, "as_of": as_of, "source": source})
    _beforehand(desk, command, lambda file: without_row(file, row_key))
    desk.do(command)


def _beforehand(desk: Desk, command: SetTableRow | DropTableRow, change: Callable[[bytes], object]) -> None:
    """Read the file with its change here, so that nobody else's unit waits for it; the handler finds what was read."""
    if not desk.parts.policy.may(desk.actor, command.permission):
        return  # the bus refuses it, and that is in the audit
    with desk.look() as reader:
        file = valid_file(reader, command.name)
    if file is not None:
        change(file)


@TABLES.operation("GET", "/tables/{table_name}/editions", may("flow.read"))
def list_table_editions(desk: AtDesk, table_name: Name, cursor: Cursor = None, limit: Limit = USUAL) -> EditionList:
    """Everything that was ever imported as this table, the newest first."""
    with desk.look() as reader:
        found = _editions(reader, table_name)
    rows, following = page_of(found, lambda row: (-row["edition"],), cursor, limit)
    return EditionList(editions=[edition_of(row) for row in rows], next=following)


@TABLES.operation(
    "GET",
    "/tables/{table_name}/csv",
    may("flow.read"),
    response_class=Response,
    content={"text/csv": _CSV},
)
def export_table(
    desk: AtDesk,
    table_name: Name,
    edition: Annotated[int | None, Query(ge=1, le=1_000_000, description="Absent: the valid one.")] = None,
) -> Response:
    """The file as it was imported, byte for byte."""
    with desk.look() as reader:
        number = _editions(reader, table_name)[0]["edition"] if edition is None else edition
        row = reader.first(office_table_edition, name=table_name, edition=number)
    if row is None:
        raise NotFound(thing="table")
    named = {**SAFE, "Content-Disposition": f'attachment; filename="{row["name"]}.csv"'}
    return Response(bytes(row["content"]), media_type="text/csv", headers=named)


@TABLES.operation("POST", "/tables/{table_name}", does(ImportTable), streams=True, extra=_BODY)
def import_table(
    desk: AtDesk,
    table_name: NewName,
    content: Annotated[bytes, Depends(_content)],
    as_of: Annotated[DayIn, Query(description="The day on which somebody looked it up.", examples=["2026-09-01"])],
    source: Annotated[Words, Query(min_length=1, max_length=MOST_SOURCE, description="Where it was looked up.")],
    dry_run: Annotated[bool, Query(description="Only tell what would change.")] = False,
) -> TableImport:
    """Import a table from CSV, in place of what it was; the same again changes nothing.

    UTF-8 or GB18030; a header `key,name.zh-CN,name.en,[parent],<column>:<type>`. With one mistake nothing is kept.
    Open cases whose flows use the table look it up again.
    """
    command = ImportTable.of(table_name, content, as_of, source)
    if not desk.parts.policy.may(desk.actor, ImportTable.permission):
        desk.do(command)  # refused, and in the audit
    table = read_table(content)  # here, so that nobody else's unit waits for it
    with desk.look() as reader:
        before = _living(desk).of(reader, table_name)
        valid = reader.first(office_table, name=table_name)
        catalogue = desk.parts.catalogue
        problems = lacking(reader, catalogue, versions_in_use(reader, catalogue), table_name, table)
    if problems:
        raise Invalid(problems=problems)
    edition = 0 if valid is None else valid["edition"]
    if not dry_run:
        edition = desk.do(command)
    return _told(desk, table_name, table, changes_between(before, table), edition, kept=not dry_run)


@TABLES.operation("POST", "/tables/{table_name}/restore", does(RestoreTable))
def restore_table(desk: AtDesk, table_name: NewName, body: Restored) -> OneTable:
    """Make what an earlier edition said the newest edition."""
    desk.do(RestoreTable(name=table_name, edition=body.edition))
    with desk.look() as reader:
        return _one(desk, reader, table_name)


def _told(desk: Desk, name: str, table: OfficeTable, found: TableChanges, edition: int, *, kept: bool) -> TableImport:
    with desk.look() as reader:
        concerned = open_cases(reader, desk.parts.catalogue, name)
    return import_of(table, found, edition=edition, kept=kept, open_cases=concerned)


def _one(desk: Desk, reader: Reader, name: str) -> OneTable:
    table, newest = _table(desk, reader, name), _editions(reader, name)[0]
    return one_table(newest, table, open_cases(reader, desk.parts.catalogue, name))


def _table(desk: Desk, reader: Reader, name: str) -> OfficeTable:
    found = _living(desk).of(reader, name)
    if found is None:
        raise NotFound(thing="table")
    return found


def _editions(reader: Reader, name: str) -> list[Row]:
    found = editions(reader, name)
    if not found:
        raise NotFound(thing="table")
    return found


def _living(desk: Desk) -> LivingTables:
    living: LivingTables = desk.parts.bus.wiring.tools["tables"]
    return living
