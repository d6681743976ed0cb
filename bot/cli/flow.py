"""`banli flow`: what is wrong with a flow, what it would change and for whom, its picture, and publishing it."""

from pathlib import Path
from typing import Annotated

import typer

from bot.app import build
from bot.cli.configured import settings_or_exit
from bot.cli.flow_changes import diff, pull
from bot.cli.flow_editors import diagram, schema
from bot.cli.flow_files import examined, hints, problems_json, published, tell_all, with_files
from bot.cli.flow_migrate import migrate
from bot.cli.flow_plan import apply, plan
from bot.cli.flow_simulate import simulate
from bot.cli.names import known_names
from bot.cli.problems import WRONG
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, err, out, tell_json

app = typer.Typer(help="Check, compare, try, draw and publish flows.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="Flow files (YAML).", exists=True, dir_okay=False)]


@app.command()
def validate(files: Files, json: AsJson = False) -> None:
    """Tell every problem of each file at once, with its place. Exit code 1 when there is any.

    With the agency's own roles and calendars where its database can be read; it says which it went by.
    """
    names = with_files(known_names(), files)
    found = {path: examined(path.read_bytes(), names, path) for path in files}
    for each in (names.whose, *hints(found, names)):
        err.print(each, markup=False)
    if json:
        tell_json({str(path): problems_json(told) for path, told in found.items()})
    else:
        tell_all(found)
    if any(told.problems for told in found.values()):
        raise typer.Exit(WRONG)


@app.command()
def publish(files: Files, json: AsJson = False) -> None:
    """Make new versions that never change again. Nothing is published when one file has a problem."""
    names = with_files(known_names(), files)
    found = {path: examined(path.read_bytes(), names, path) for path in files}
    if any(told.problems for told in found.values()):
        if json:
            tell_json(
                [{"file": str(path), "published": False, "problems": problems_json(found[path])} for path in files]
            )
        else:
            tell_all(found)
            err.print(names.whose, markup=False)
        raise typer.Exit(WRONG)
    settings = settings_or_exit()
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            outcomes = published(files, banli)
        finally:
            banli.stop()
    if json:
        told = [{"file": str(path), "published": not no, "refused": no or None} for path, no in outcomes.items()]
        tell_json(told)
    else:
        for path, no in outcomes.items():
            out.print(f"{path}: refused: {no}" if no else f"{path}: published", markup=False)
    if any(outcomes.values()):
        raise typer.Exit(WRONG)


app.command()(diff)
app.command()(plan)
app.command()(apply)
app.command()(simulate)
app.command()(pull)
app.command()(migrate)
app.command()(diagram)
app.command()(schema)
