"""`banli config`: every setting, where it comes from, and what is wrong with it; secrets only as set or unset."""

from dataclasses import asdict

import typer
from rich.table import Table

from bot.cli.problems import USAGE
from bot.cli.terminal import AsJson, err, out, tell_json
from core.kit.crypto import MissingKey, Vault
from core.kit.settings import Settings, load_settings
from core.kit.settings_sources import SettingsError

app = typer.Typer(help="The settings.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """A group of its own also while it has one command."""


@app.command()
def check(json: AsJson = False) -> None:
    """Tell every setting with its source, and every problem at once. Exit code 2 when there is any."""
    settings, problems = _read()
    rows = [] if settings is None else settings.describe()
    if json:
        tell_json({"sound": not problems, "problems": problems, "settings": [asdict(row) for row in rows]})
    else:
        if rows:
            table = Table("Setting", "Value", "Source", box=None, pad_edge=False)
            for row in rows:
                table.add_row(row.variable, row.value, row.source)
            out.print(table, markup=False)
        for problem in problems:
            err.print(f"- {problem}", markup=False)
        if not problems:
            out.print("The settings can be used.")
    if problems:
        raise typer.Exit(USAGE)


def _read() -> tuple[Settings | None, list[str]]:
    """The settings as far as they can be read, and what is wrong with them."""
    try:
        settings = load_settings()
    except SettingsError as wrong:
        return None, list(wrong.problems)
    try:
        Vault.from_settings(settings)
    except MissingKey as missing:
        if not settings.demo:  # the demo makes its own
            return settings, [str(missing)]
    return settings, []
