"""`banli worker`: the loops in a process of their own."""

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.serving import work
from bot.cli.terminal import out

app = typer.Typer()


@app.command()
def worker() -> None:
    """Only the loops that receive, send, fetch and tick. PostgreSQL only; any number, beside `banli web`."""
    work(settings_or_exit(), out)
