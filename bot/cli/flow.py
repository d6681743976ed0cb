"""`banli flow`: what is wrong with a flow, what it would change, its picture, and publishing it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.app import Banli, build
from bot.cli.configured import settings_or_exit
from bot.cli.flow_changes import diff, plan, pull
from bot.cli.flow_editors import diagram, schema
from bot.cli.flow_files import examined, problems_json, tell_all
from bot.cli.flow_migrate import migrate
from bot.cli.names import known_names
from bot.cli.problems import WRONG
from bot.cli.sentences import refused
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, err, out, tell_json
from core.bus.deed import SYSTEM, Cause
from core.commands.work import PublishFlow
from core.kit.errors import Refusal
from core.kit.ids import new_id

app = typer.Typer(help="Check, compare, draw and publish flows.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="Flow files (YAML).", exists=True, dir_okay=False)]


@app.command()
def validate(files: Files, json: AsJson = False) -> None:
    """Tell every problem of each file at once, with its place. Exit code 1 when there is any.

    With the agency's own roles and calendars where its database can be read; it says which it went by.
    """
    names = known_names()
    found = {path: examined(path.read_bytes(), names) for path in files}
    err.print(names.whose, markup=False)
    if json:
        tell_json({str(path): problems_json(told) for path, told in found.items()})
    else:
        tell_all(found)
    if any(told.problems for told in found.values()):
        raise typer.Exit(WRONG)


@app.command()
def publish(files: Files, json: AsJson = False) -> None:
    """Make new versions that never change again. Nothing is published when one file has a problem."""
    names = known_names()
    found = {path: examined(path.read_bytes(), names) for path in files}
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


def published(files: Sequence[Path], banli: Banli) -> dict[Path, str]:
    """Publish each file in a house that is started. Why one was refused, empty for one that is published now."""
    outcomes = {}
    with banli.reading.open() as reader:
        banli.house.policy.catch_up(reader, banli.clock.now())
    for path in files:
        command = PublishFlow(source=path.read_bytes().decode())  # as text its line ends would be made others
        try:
            banli.store.run(partial(banli.bus.execute, command=command, cause=Cause(SYSTEM, "cli", new_id())))
            outcomes[path] = ""
        except Refusal as refusal:
            outcomes[path] = refused(refusal)
    return outcomes


app.command()(diff)
app.command()(plan)
app.command()(pull)
app.command()(migrate)
app.command()(diagram)
app.command()(schema)
