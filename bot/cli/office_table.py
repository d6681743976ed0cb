"""`banli table`: tables of the office that flows choose from and look up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app import Banli, build
from bot.cli.configured import settings_or_exit
from bot.cli.problems import WrongInput
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, out, tell_json
from core.bus.deed import SYSTEM, Cause
from core.catalog.office_tables import LivingTables, lacking
from core.catalog.tables import office_table_edition
from core.commands.command import Command
from core.commands.tables import ImportTable, RestoreTable
from core.engine.office_table import TableChanges, changes_between
from core.engine.office_table_csv import read_table
from core.engine.spec_problems import problems_of
from core.kit.errors import Invalid, NotFound
from core.kit.ids import new_id
from core.store.reading import Reader
from core.views.office_tables import editions, open_cases, tables_listed, versions_in_use

app = typer.Typer(help="Tables of the office: import, show, export, restore.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The table, as flows call it, e.g. schools.")]
_FEW = 10  # keys of each kind that are told


@app.command("list")
def list_command(json: AsJson = False) -> None:
    """Every table, with the day on which it was looked up."""
    with _looking() as (_, reader):
        rows = [_line(row) for row in tables_listed(reader)]
    if json:
        tell_json(rows)
        return
    for row in rows:
        said = f"{row['name']}  edition {row['edition']}  {row['rows']} rows  as of {row['as_of']}  ({row['source']})"
        out.print(said, markup=False)


@app.command()
def show(name: Name, json: AsJson = False) -> None:
    """A table: its columns, and every edition that was imported."""
    with _looking() as (banli, reader):
        rows = [_line(row) for row in editions(reader, name)]
        concerned = open_cases(reader, banli.catalogue, name)
    if not rows:
        raise NotFound(thing="table", id=name)
    if json:
        tell_json({"name": name, "open_cases": concerned, "editions": rows})
        return
    columns = ", ".join(f"{column}:{kind}" for column, kind in rows[0]["columns"].items())
    out.print(f"{name}: {columns or 'no columns'}; {concerned} open case(s) use it", markup=False)
    for row in rows:
        said = f"edition {row['edition']}  {row['rows']} rows  as of {row['as_of']}  ({row['source']})"
        out.print(said, markup=False)


@app.command("import")
def import_command(
    name: Name,
    file: Annotated[Path, typer.Argument(help="CSV: key,name.zh-CN,name.en,...", exists=True, dir_okay=False)],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which it was looked up.")],
    source: Annotated[str, typer.Option(help="Where it was looked up.")],
    preview: Annotated[bool, typer.Option("--preview", help="Only tell what would change.")] = False,
    json: AsJson = False,
) -> None:
    """Import a table whole, in place of what it was. With one mistake nothing is kept."""
    content = file.read_bytes()
    try:
        command = ImportTable.of(name, content, as_of.date(), source)
    except ValueError as wrong:
        raise Invalid(problems=problems_of(wrong, {})) from wrong  # type: ignore[arg-type]  # pydantic's own
    table = read_table(content)
    with _looking() as (banli, reader):
        catalogue = banli.catalogue
        found = changes_between(LivingTables().of(reader, name), table)
        if problems := lacking(reader, catalogue, versions_in_use(reader, catalogue), name, table):
            raise Invalid(problems=problems)
        concerned = open_cases(reader, catalogue, name)
    edition = None if preview else _do(command)
    if json:
        told = {each: list(getattr(found, each)) for each in ("added", "removed", "changed", "columns")}
        tell_json({"name": name, "kept": not preview, "edition": edition, "open_cases": concerned, **told})
        return
    _tell(found)
    if preview:
        out.print(f"Nothing was changed. {concerned} open case(s) would look it up again.")
    else:
        out.print(f"Edition {edition} is valid now. {concerned} open case(s) look it up again.")


@app.command()
def export(
    name: Name,
    file: Annotated[Path, typer.Argument(help="Where it is written; it must not be there yet.")],
    edition: Annotated[int | None, typer.Option(min=1, help="Absent: the valid one.")] = None,
    json: AsJson = False,
) -> None:
    """Write the file as it was imported, byte for byte."""
    with _looking() as (_, reader):
        number = edition or next((row["edition"] for row in editions(reader, name)), 0)
        row = reader.first(office_table_edition, name=name, edition=number)
    if row is None:
        raise NotFound(thing="table", id=name)
    try:
        with file.open("xb") as opened:
            opened.write(bytes(row["content"]))
    except FileExistsError as there:
        raise WrongInput(f"{file} is there already.") from there
    if json:
        tell_json({"file": str(file), **_line(row)})
    else:
        out.print(f"{file}: edition {number}, as of {row['as_of']}", markup=False)


@app.command()
def restore(
    name: Name,
    edition: Annotated[int, typer.Argument(min=1, help="Which edition counts again.")],
    json: AsJson = False,
) -> None:
    """What an earlier edition said counts again, as a new edition."""
    number = _do(RestoreTable(name=name, edition=edition))
    if json:
        tell_json({"name": name, "edition": number})
        return
    out.print(f"Edition {number} says what edition {edition} said.")


def _do(command: Command) -> Any:
    settings = settings_or_exit()
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            return banli.store.run(partial(banli.bus.execute, command=command, cause=Cause(SYSTEM, "cli", new_id())))
        finally:
            banli.stop()


@contextmanager
def _looking() -> Iterator[tuple[Banli, Reader]]:
    """Also beside a process that runs."""
    banli = build(settings_or_exit())
    try:
        with banli.reading.open() as reader:
            yield banli, reader
    finally:
        banli.stop()


def _line(row: dict[str, Any]) -> dict[str, Any]:
    same = {name: row[name] for name in ("name", "edition", "as_of", "source", "columns", "sha256")}
    return {**same, "rows": row["row_count"]}


def _tell(found: TableChanges) -> None:
    for named in ("added", "removed", "changed"):
        keys = getattr(found, named)
        few = ", ".join(keys[:_FEW]) + (" ..." if len(keys) > _FEW else "")
        out.print(f"{len(keys)} row(s) {named}{': ' if keys else ''}{few}", markup=False)
    if found.columns:
        out.print(f"other columns: {', '.join(found.columns)}", markup=False)
