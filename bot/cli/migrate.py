"""`banli migrate`: bring the database's tables to a revision."""

import sys
from typing import Annotated

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.problems import WrongInput
from bot.cli.serving import owned
from bot.cli.tables import Plan, bring_up, plan
from bot.cli.terminal import AsJson, out, tell_json
from core.kit.db import reader_engine
from core.kit.floor import revision_of
from core.kit.migrate import downgrade
from core.kit.settings import Settings

app = typer.Typer()
_KINDS = {
    "expand": "expands: an older version goes on working beside it",
    "contract": "contracts: a version older than {floor} can no longer work",
}


@app.command()
def migrate(
    to: Annotated[str, typer.Option(help="Revision; `head` is the newest, `base` none at all.")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go down to the revision instead of up.")] = False,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Do not ask before going down; contract although processes run that are too old."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Bring the database's tables up to date (or down with --down; what only newer tables hold is lost)."""
    settings = settings_or_exit()
    if down and not yes:
        _ask(to)
    planned = Plan(())
    with owned(settings):
        if down:
            downgrade(settings.database_url.get_secret_value(), to)
        else:
            planned = plan(settings, to)
            if not json:
                _tell(planned)
            if not yes:
                planned.check()
            bring_up(settings, planned)
        revision = _revision(settings)
    if json:
        done = [{"revision": step.revision, "kind": step.kind, "about": step.about} for step in planned.steps]
        tell_json({"revision": revision, "steps": done})
    else:
        out.print(f"The tables are at {revision or 'nothing'}.")


def _tell(planned: Plan) -> None:
    for step in planned.steps:
        out.print(f"{step.revision} {_KINDS[step.kind].format(floor=step.floor)}. {step.about}", markup=False)


def _revision(settings: Settings) -> str | None:
    engine = reader_engine(settings.database_url.get_secret_value())
    try:
        with engine.connect() as connection:
            return revision_of(connection)
    finally:
        engine.dispose()


def _ask(to: str) -> None:
    """Raises WrongInput where nobody says yes, or nobody can."""
    lost = "everything that is stored" if to == "base" else f"what only tables newer than {to} hold"
    if not sys.stdin.isatty():
        raise WrongInput(f"Going down deletes {lost}. Nobody can be asked here: make a backup, then say --yes.")
    if not typer.confirm(f"Going down deletes {lost}. Is there a backup, and shall it be done?"):
        raise WrongInput("Nothing was changed.")
