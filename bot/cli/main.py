"""`banli`: run the house, bring its database up to date, check and publish flows, play stories.

Exit codes: 0 done, 1 the work found something wrong, 2 the command or its settings are wrong.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from bot.app import build
from bot.cli import audit, files, flow, openapi, run, story
from core.kit import log, migrate
from core.kit.crypto import MissingKey
from core.kit.settings import Settings, load_settings
from core.kit.settings_sources import SettingsError

WRONG = 1
USAGE = 2

app = typer.Typer(
    name="banli",
    help="Banli （办理）: cases by chat. Settings come from BANLI_* variables, *_FILE secrets, banli.toml or .env.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
flows = typer.Typer(help="Check and publish flows.", no_args_is_help=True)
stories = typer.Typer(help="Play stories: transcripts that must come out as written.", no_args_is_help=True)
audits = typer.Typer(help="The record of who did what.", no_args_is_help=True)
store = typer.Typer(help="The store of files.", no_args_is_help=True)
app.add_typer(audits, name="audit")
app.add_typer(store, name="files")
app.add_typer(flows, name="flow")
app.add_typer(stories, name="story")
app.command("openapi")(openapi.openapi)


class StoryChannel(StrEnum):
    """Where a story can be played: the channels that need no platform."""

    LOOPBACK = "loopback"
    WEBCHAT = "webchat"


out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def settings_or_exit(**override: object) -> Settings:
    """The settings; every problem at once and exit code 2 when they are wrong."""
    try:
        settings = load_settings()
        if override:
            settings = Settings.model_validate({**_plain(settings), **override})
    except (SettingsError, ValueError) as wrong:
        err.print(f"[bold]settings:[/bold] {wrong}", markup=True)
        raise typer.Exit(USAGE) from wrong
    log.configure(format=settings.log.format, level=settings.log.level)
    return settings


def _plain(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in type(settings).model_fields}


@app.command("run")
def run_command(
    demo: Annotated[bool, typer.Option("--demo", help="A made-up agency at /demo; loopback only.")] = False,
    port: Annotated[int | None, typer.Option(help="Port to listen on (default 8080).", min=0, max=65535)] = None,
) -> None:
    """Run everything in one process: web page, admin API, and the loops that receive, send, fetch and tick."""
    override: dict[str, object] = {"demo": True} if demo else {}
    if port is not None:
        override["port"] = port
    settings = settings_or_exit(**override)
    try:
        if settings.demo:
            settings = run.with_demo_key(settings)
        run.serve(settings, out)
    except MissingKey as missing:
        err.print(str(missing))
        raise typer.Exit(USAGE) from missing
    except run.CannotServe as problem:
        err.print(str(problem))
        raise typer.Exit(USAGE) from problem


@app.command("migrate")
def migrate_command(
    to: Annotated[str, typer.Option(help="Revision; `head` is the newest, `base` none at all.")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go down to the revision instead of up.")] = False,
) -> None:
    """Bring the database's tables up to date (or down with --down; what only newer tables hold is lost)."""
    settings = settings_or_exit()
    url = settings.database_url.get_secret_value()
    try:
        with run.owned(settings):
            (migrate.downgrade if down else migrate.upgrade)(url, to)
    except run.CannotServe as problem:
        err.print(str(problem))
        raise typer.Exit(WRONG) from problem
    except OperationalError as down_error:
        err.print(f"The database does not answer: {str(down_error.orig)[:300]}")
        raise typer.Exit(WRONG) from down_error
    out.print(f"The tables are at {to if to != 'head' else migrate.newest()}.")


@flows.command("validate")
def flow_validate(
    files: Annotated[list[Path], typer.Argument(help="Flow files (YAML).", exists=True, dir_okay=False)],
    json: Annotated[bool, typer.Option("--json", help="Problems as JSON.")] = False,
) -> None:
    """Tell every problem of each file at once, with its place. Exit code 1 when there is any."""
    if flow.validate(files, out, as_json=json):
        raise typer.Exit(WRONG)


@flows.command("publish")
def flow_publish(
    files: Annotated[list[Path], typer.Argument(help="Flow files (YAML).", exists=True, dir_okay=False)],
) -> None:
    """Make new versions that never change again. Nothing is published when one file has a problem."""
    if flow.validate(files, out, as_json=False):
        raise typer.Exit(WRONG)
    try:
        settings = settings_or_exit()
        with run.owned(settings):
            problems = flow.publish(files, build(settings), out)
    except run.CannotServe as problem:
        err.print(str(problem))
        raise typer.Exit(WRONG) from problem
    except MissingKey as missing:
        err.print(str(missing))
        raise typer.Exit(USAGE) from missing
    if problems:
        raise typer.Exit(WRONG)


@stories.command("run")
def story_run(
    files: Annotated[list[Path], typer.Argument(help="Story files (YAML).", exists=True, dir_okay=False)],
    channel: Annotated[list[StoryChannel] | None, typer.Option(help="Channels to play on; may be repeated.")] = None,
) -> None:
    """Play stories on a database of their own. Exit code 1 when one does not come out, 2 when a file is no story."""
    raise typer.Exit(story.run_files(files, channel or [StoryChannel.LOOPBACK]))


@audits.command("verify")
def audit_verify(json: Annotated[bool, typer.Option("--json", help="What was found as JSON.")] = False) -> None:
    """Compare every sealed row with its seal and the anchors. Exit code 1 when one was changed, removed or cut off."""
    settings = settings_or_exit()
    try:
        verdict = audit.verify(settings)
    except MissingKey as missing:
        err.print(str(missing))
        raise typer.Exit(USAGE) from missing
    except (OperationalError, ValueError) as problem:
        err.print(str(problem)[:300], markup=False)
        raise typer.Exit(WRONG) from problem
    audit.tell(verdict, out, as_json=json)
    if not verdict.sound:
        raise typer.Exit(WRONG)


@store.command("sweep")
def files_sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be removed.")] = False,
) -> None:
    """Remove half uploads, and files that no row names and that are older than BANLI_ORPHAN_HOURS."""
    settings = settings_or_exit()
    try:
        swept = files.sweep(settings, dry_run=dry_run)
    except MissingKey as missing:
        err.print(str(missing))
        raise typer.Exit(USAGE) from missing
    except OperationalError as down:
        err.print(f"The database does not answer: {str(down.orig)[:300]}", markup=False)
        raise typer.Exit(WRONG) from down
    told = "would be removed" if dry_run else "were removed"
    out.print(f"{swept.orphans} files without a name {told}; {swept.halves} half uploads were removed.")


if __name__ == "__main__":
    sys.exit(app())
