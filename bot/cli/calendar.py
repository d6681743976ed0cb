"""`banli calendar`: the working calendars of the agency, and a year's holidays for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from bot.app import build
from bot.cli.configured import settings_or_exit
from bot.cli.problems import WrongInput
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, out, tell_json
from core.bus.deed import SYSTEM, Cause
from core.catalog.calendars import LivingCalendars, days_of
from core.commands.command import Command
from core.commands.office import AddHolidays, ImportDays
from core.engine.calendar_spec import write_day
from core.engine.spec_problems import problems_of
from core.kit.errors import Invalid
from core.kit.ids import new_id
from core.store.reading import Reader
from core.views.calendars import open_cases

app = typer.Typer(
    help="Working calendars: look at them, add a year's holidays or days of a file.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The calendar, as flows call it, e.g. cn-office.")]


@app.command("list")
def list_command(json: AsJson = False) -> None:
    """Every calendar that a flow may name, with the years that it knows."""
    with _looking() as (living, reader):
        rows = [_line(living, reader, name) for name in living.names(reader)]
    if json:
        tell_json(rows)
        return
    for row in rows:
        years = ", ".join([*map(str, row["known"]), *(f"{year} (expected)" for year in row["expected"])])
        out.print(f"{row['name']}  {row['zone']}  {years or 'no days'}", markup=False)


@app.command()
def show(
    name: Name,
    year: Annotated[int | None, typer.Option(help="Only days of this year.")] = None,
    json: AsJson = False,
) -> None:
    """A calendar: its week, and the days that are otherwise."""
    with _looking() as (living, reader):
        data = living.data(reader, name)
    data["days"] = [each for each in data["days"] if year is None or date.fromisoformat(each["day"]).year == year]
    if json:
        tell_json({"name": name, **data})
        return
    out.print(f"{name}, {data['zone']}", markup=False)
    for day, hours in zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), data["week"], strict=True):
        out.print(f"{day}         {' '.join(hours) or 'closed'}", markup=False)
    for each in data["days"]:
        expected = "" if each["confirmed"] else ", expected"
        source = each["source"] or "by hand"
        said = f"{each['day']}  {' '.join(each['hours']) or 'closed'}  {each['note']} ({source}{expected})"
        out.print(said, markup=False)


@app.command()
def holidays(
    name: Name,
    country: Annotated[str, typer.Option(help="Two letters, as CN or SG.")],
    year: Annotated[int, typer.Option(min=1970, max=2100, help="The year.")],
    subdivision: Annotated[str, typer.Option(help="A state or province where holidays differ, as BY.")] = "",
    json: AsJson = False,
) -> None:
    """Add a year's public holidays and make-up days of a country. Days that were entered by hand stay."""
    asked = {"name": name, "country": country.upper(), "subdivision": subdivision, "year": year}
    (added, expected, kept), concerned = _do(name, AddHolidays, asked)
    if json:
        tell_json({"added": added, "expected": expected, "kept": kept, "open_cases": concerned})
        return
    out.print(f"{added} day(s) of {year}, {expected} of them only expected; {kept} stay as set.")
    out.print(f"The limits of {concerned} open case(s) are planned again.")


@app.command("import")
def import_command(
    name: Name,
    file: Annotated[
        Path,
        typer.Argument(help="CSV with the columns day,hours,note, or iCalendar (.ics).", exists=True, dir_okay=False),
    ],
    preview: Annotated[bool, typer.Option("--preview", help="Only show the days; nothing is kept.")] = False,
    json: AsJson = False,
) -> None:
    """Add the days of a file, in place of those that stand there. With one mistake nothing is kept."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as no:
        raise WrongInput(f"{file} is not UTF-8: save it as UTF-8.") from no
    kind = "ics" if file.suffix.lower() == ".ics" else "csv"
    if preview:
        _preview(name, {kind: text}, json=json)
        return
    days, concerned = _do(name, ImportDays, {"name": name, kind: text})
    if json:
        tell_json({"days": len(days), "open_cases": concerned})
    else:
        out.print(f"{len(days)} day(s) were added. The limits of {concerned} open case(s) are planned again.")


def _preview(name: str, files: dict[str, str], *, json: bool) -> None:
    """The days that a file would add, and those among them that stand there otherwise."""
    with _looking() as (living, reader):
        calendar = living.of(reader, name)
        found = days_of(calendar, files.get("csv", ""), files.get("ics", ""))
    if json:
        tell_json([write_day(row) for row in found])
        return
    for row in found:
        each, before = write_day(row), calendar.exceptions.get(row.day)
        replaced = "" if before in (None, row) else "  (in place of what stands there)"
        out.print(f"{each['day']}  {' '.join(each['hours']) or 'closed'}  {each['note']}{replaced}", markup=False)
    out.print(f"{len(found)} day(s); nothing was kept.")


def _do(name: str, kind: type[Command], asked: dict[str, Any]) -> tuple[Any, int]:
    """What the command answers, and how many open cases it concerns."""
    try:
        command = kind.model_validate(asked)
    except ValidationError as wrong:
        raise Invalid(problems=problems_of(wrong, asked)) from wrong
    settings = settings_or_exit()
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            done = banli.store.run(partial(banli.bus.execute, command=command, cause=Cause(SYSTEM, "cli", new_id())))
            with banli.reading.open() as reader:
                return done, open_cases(reader, banli.catalogue, name)
        finally:
            banli.stop()


@contextmanager
def _looking() -> Iterator[tuple[LivingCalendars, Reader]]:
    """Also beside a process that runs."""
    banli = build(settings_or_exit())
    try:
        with banli.reading.open() as reader:
            yield banli.house.calendars, reader
    finally:
        banli.stop()


def _line(living: LivingCalendars, reader: Reader, name: str) -> dict[str, Any]:
    calendar = living.of(reader, name)
    years = sorted({day.year for day in calendar.exceptions})
    known = [year for year in years if calendar.knows(year)]
    return {
        "name": name,
        "zone": calendar.zone.key,
        "known": known,
        "expected": [year for year in years if year not in known],
    }
