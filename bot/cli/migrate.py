"""`banli migrate`: bring the database's tables to a revision."""

import sys
from typing import Annotated

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.problems import WrongInput
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, out, tell_json
from core.kit.migrate import downgrade, newest, upgrade

app = typer.Typer()


@app.command()
def migrate(
    to: Annotated[str, typer.Option(help="Revision; `head` is the newest, `base` none at all.")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go down to the revision instead of up.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before going down.")] = False,
    json: AsJson = False,
) -> None:
    """Bring the database's tables up to date (or down with --down; what only newer tables hold is lost)."""
    settings = settings_or_exit()
    if down and not yes:
        _ask(to)
    with owned(settings):
        (downgrade if down else upgrade)(settings.database_url.get_secret_value(), to)
    revision = newest() if to == "head" else to
    if json:
        tell_json({"revision": revision})
    else:
        out.print(f"The tables are at {revision}.")


def _ask(to: str) -> None:
    """Raises WrongInput where nobody says yes, or nobody can."""
    lost = "everything that is stored" if to == "base" else f"what only tables newer than {to} hold"
    if not sys.stdin.isatty():
        raise WrongInput(f"Going down deletes {lost}. Nobody can be asked here: make a backup, then say --yes.")
    if not typer.confirm(f"Going down deletes {lost}. Is there a backup, and shall it be done?"):
        raise WrongInput("Nothing was changed.")
