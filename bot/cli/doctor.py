"""`banli doctor`: what is wrong, and the remedy."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import typer

from bot.cli.checkup import machine, services
from bot.cli.checkup.finding import Finding, State, ok, wrong
from bot.cli.checkup.hooks import webhooks
from bot.cli.checkup.stored import stored
from bot.cli.problems import WRONG
from bot.cli.terminal import AsJson, out, tell_json
from core.kit import log
from core.kit.clock import SystemClock
from core.kit.settings import Settings, load_settings
from core.kit.settings_sources import SettingsError

MARKS = {State.OK: "[green]ok    [/green]", State.ADVICE: "[yellow]advice[/yellow]", State.WRONG: "[red]WRONG [/red]"}

app = typer.Typer()


@app.command()
def doctor(json: AsJson = False) -> None:
    """Look at settings, keys, database, files, services, flows and queues. Exit code 1 when something is wrong."""
    found = list(findings())
    sick = [each for each in found if each.state is State.WRONG]
    if json:
        tell_json({"well": not sick, "findings": [asdict(each) for each in found]})
    else:
        for each in found:
            _tell(each)
        out.print(f"{len(sick)} thing(s) are wrong." if sick else "Nothing is wrong.")
    if sick:
        raise typer.Exit(WRONG)


def findings() -> Iterator[Finding]:
    """Everything that can be looked at; what needs settings is left out while they are wrong. Changes nothing."""
    yield from _looked("secrets", lambda: machine.secrets(os.environ, Path()))
    try:
        settings = load_settings()
    except SettingsError as problems:
        for each in problems.problems:
            yield wrong("settings", each, "docs/operations.md lists every setting")
        return
    yield ok("settings", "They can be used.")
    log.configure(format="json", level="error")
    looks: dict[str, Callable[[Settings], Iterable[Finding]]] = {
        "agency": machine.agency,
        "public_url": machine.address,
        "database": lambda settings: stored(settings, SystemClock().now()),
        "files": machine.folder,
        "disk": machine.disk,
        "documents": services.documents,
        "clamd": services.scanner,
        "redis": services.redis,
        "webhooks": webhooks,
    }
    for name, look in looks.items():
        yield from _looked(name, lambda look=look: look(settings))  # type: ignore[misc]  # the default binds it now


def _looked(name: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """A look that fails is a finding itself: the others are still wanted."""
    try:
        yield from look()
    except Exception as failed:  # whatever it is, the doctor must say it and go on
        yield wrong(
            name, f"Could not be looked at: {type(failed).__name__}: {str(failed)[:300]}", "see docs/operations.md"
        )


def _tell(finding: Finding) -> None:
    out.print(MARKS[finding.state], end=" ")
    out.print(f"{finding.name}: {finding.said}", markup=False)
    if finding.remedy:
        out.print(f"       remedy: {finding.remedy}", markup=False)
