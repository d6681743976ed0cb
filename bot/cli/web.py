"""`banli web`: the doors in a process of their own."""

from typing import Annotated

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.serving import serve_doors
from bot.cli.terminal import out

app = typer.Typer()


@app.command()
def web(
    port: Annotated[int | None, typer.Option(help="Port to listen on (default 8080).", min=0, max=65535)] = None,
) -> None:
    """Only the doors: web page and admin API. PostgreSQL only; `banli worker` beside it does the work."""
    serve_doors(settings_or_exit(**({} if port is None else {"port": port})), out)
