"""`banli openapi`: the description of the admin API, for generators of clients and for the gate of changes."""

import json

import typer

from admin_api.app import document

app = typer.Typer()


@app.command()
def openapi() -> None:
    """Print the description of the admin API (OpenAPI 3.1, JSON)."""
    typer.echo(json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True))
