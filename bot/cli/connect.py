"""`banli connect`: connections to messengers in a process of their own."""

from typing import Annotated

import typer

from bot.cli import serving
from bot.cli.configured import settings_or_exit
from bot.cli.terminal import out

app = typer.Typer()


@app.command()
def connect(
    channels: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHANNEL[:ACCOUNT]]...", help="Which; all that are configured if none is named."),
    ] = None,
) -> None:
    """Only connections to messengers that want one kept. PostgreSQL only; a second one stands by."""
    serving.connect(settings_or_exit(), channels or (), out)
