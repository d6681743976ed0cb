"""`banli run`: everything in one process."""

from typing import Annotated

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.serving import serve, with_demo_key
from bot.cli.terminal import out

app = typer.Typer()


@app.command()
def run(
    demo: Annotated[bool, typer.Option("--demo", help="A made-up agency at /demo; loopback only.")] = False,
    port: Annotated[int | None, typer.Option(help="Port to listen on (default 8080).", min=0, max=65535)] = None,
) -> None:
    """Run everything in one process: web page, admin API, and the loops that receive, send, fetch and tick."""
    override: dict[str, object] = {"demo": True} if demo else {}
    if port is not None:
        override["port"] = port
    settings = settings_or_exit(**override)
    serve(with_demo_key(settings) if settings.demo else settings, out)
