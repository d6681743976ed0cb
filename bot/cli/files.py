"""`banli files`: the store of files."""

from dataclasses import asdict
from typing import Annotated

import typer

from bot.app import build
from bot.cli.configured import settings_or_exit
from bot.cli.terminal import AsJson, out, tell_json

app = typer.Typer(help="The store of files.", no_args_is_help=True)


@app.command()
def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be removed.")] = False,
    json: AsJson = False,
) -> None:
    """Remove half uploads, and files that no row names and that are older than BANLI_ORPHAN_HOURS."""
    banli = build(settings_or_exit())
    try:
        swept = banli.sweeper.sweep(dry_run=dry_run)
    finally:
        banli.stop()
    if json:
        tell_json({**asdict(swept), "removed": not dry_run})
        return
    told = "would be removed" if dry_run else "were removed"
    out.print(f"{swept.orphans} files without a name {told}; {swept.halves} half uploads were removed.")
