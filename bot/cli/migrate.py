"""`banli migrate`: bring the database's tables to a revision."""

from typing import Annotated

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, out, tell_json
from core.kit.migrate import downgrade, newest, upgrade

app = typer.Typer()


@app.command()
def migrate(
    to: Annotated[str, typer.Option(help="Revision; `head` is the newest, `base` none at all.")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go down to the revision instead of up.")] = False,
    json: AsJson = False,
) -> None:
    """Bring the database's tables up to date (or down with --down; what only newer tables hold is lost)."""
    settings = settings_or_exit()
    with owned(settings):
        (downgrade if down else upgrade)(settings.database_url.get_secret_value(), to)
    revision = newest() if to == "head" else to
    if json:
        tell_json({"revision": revision})
    else:
        out.print(f"The tables are at {revision}.")
