"""`banli flow plan` and `apply`: what publishing flow files would do, and doing it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from bot.app import build
from bot.cli.configured import settings_or_exit
from bot.cli.flow_files import (
    changes_json,
    examined,
    files_in,
    never_two,
    problems_json,
    published,
    tell_changes,
    tell_problems,
    with_files,
)
from bot.cli.names import Names, names_in
from bot.cli.problems import WRONG, WrongInput
from bot.cli.serving import looking, owned
from bot.cli.terminal import AsJson, err, out, tell_json
from core.catalog.catalogue import Catalogue, newest_of
from core.catalog.service import published_already
from core.catalog.tables import flow_version
from core.engine.flow import Flow
from core.engine.flow_diff import Change, changes
from core.engine.lint import Examined
from core.kit.settings import Settings
from core.store.reading import Reader

TO_PUBLISH: Final = 2  # exit code of `plan`

Outcome = Literal["new", "unchanged", "publish", "refused"]
TO_DO: Final[frozenset[Outcome]] = frozenset({"new", "publish"})
Sources = Annotated[list[Path], typer.Argument(help="Flow files (YAML), or folders: every v<number>.yaml below them.")]


@dataclass(frozen=True, slots=True)
class Planned:
    """What publishing a file would do. ``against``: the version that it is compared with."""

    path: Path
    outcome: Outcome
    found: Examined
    flow: Flow | None = None
    against: int | None = None
    changes: tuple[Change, ...] = ()


def plan(files: Sources, json: AsJson = False) -> None:
    """Tell for each file what publishing it would do: new, unchanged, a version with its changes, or refused and why.

    Exit codes: 0 nothing to publish; 2 something to publish; 1 a file is refused or cannot be read, or the database
    cannot. A mistake in the command line itself is 2 as everywhere, and then nothing stands on stdout.
    """
    with never_two():
        planned = _plan(settings_or_exit(), files)
    if json:
        tell_json([_as_json(each) for each in planned])
    else:
        _tell_all(planned)
    outcomes = {each.outcome for each in planned}
    if "refused" in outcomes:
        raise typer.Exit(WRONG)
    if outcomes & TO_DO:
        raise typer.Exit(TO_PUBLISH)


def apply(
    files: Sources,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: a published version never changes again.")] = False,
    json: AsJson = False,
) -> None:
    """Show the plan, ask, and publish what it says: all files that are new or a new version, none when one is refused.

    Exit codes: 0 published, or nothing to do; 1 a file is refused and nothing was published, or a version was refused
    while it was; 2 nobody said yes.
    """
    settings = settings_or_exit()
    planned = _plan(settings, files)
    if not json:
        _tell_all(planned)
    wrong = any(each.outcome == "refused" for each in planned)
    todo = [] if wrong else [each.path for each in planned if each.outcome in TO_DO]
    if todo and not yes:
        _ask(len(todo))
    refusals = _publish(settings, todo) if todo else {}
    _tell_done(planned, refusals, json=json)
    if wrong or any(refusals.values()):
        raise typer.Exit(WRONG)


def _publish(settings: Settings, files: Sequence[Path]) -> dict[Path, str]:
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            return published(files, banli)
        finally:
            banli.stop()


def _ask(many: int) -> None:
    """Raises WrongInput where nobody says yes, or nobody can."""
    try:
        agreed = typer.confirm(f"Publish {many} version(s)? They never change again.", err=True)
    except typer.Abort:
        raise WrongInput("Nobody can be asked here: look at the plan, then say --yes. Nothing was published.") from None
    if not agreed:
        raise WrongInput("Nothing was published.")


def _tell_done(planned: Sequence[Planned], refusals: dict[Path, str], *, json: bool) -> None:
    """``refusals``: of each file that was to be published why it was not, empty for one that is."""
    if json:
        done = {path: {"published": not no, "refused": no or None} for path, no in refusals.items()}
        nothing = {"published": False, "refused": None}
        tell_json([{**_as_json(each), **done.get(each.path, nothing)} for each in planned])
        return
    for path, no in refusals.items():
        out.print(f"{path}: refused: {no}" if no else f"{path}: published", markup=False)
    if not refusals:
        refused = any(each.outcome == "refused" for each in planned)
        out.print("Nothing was published: mend what is refused." if refused else "Nothing to do.", markup=False)


def _plan(settings: Settings, sources: Sequence[Path]) -> list[Planned]:
    with looking(settings) as (banli, reader):
        files = files_in(sources)
        names = with_files(names_in(reader, settings), files)
        planned = [_planned(path, reader, banli.catalogue, names) for path in files]
    err.print(names.whose, markup=False)
    return planned


def _planned(path: Path, reader: Reader, catalogue: Catalogue, names: Names) -> Planned:
    source = path.read_bytes()
    found = examined(source, names, path)
    if (flow := found.flow) is None:
        return Planned(path, "refused", found)
    newest = newest_of(reader, flow.key)
    if newest is None:
        return Planned(path, "new", found, flow)
    there = reader.first(flow_version, flow=flow.key, version=flow.version)
    if there is not None and there["sha256"] == hashlib.sha256(source).hexdigest():
        return Planned(path, "unchanged", found, flow, there["version"])
    differs = changes(catalogue.compiled(reader, newest["id"]).flow, flow)
    if there is not None:
        refused = replace(found, problems=(published_already(flow.version),))
        return Planned(path, "refused", refused, flow, newest["version"], differs)
    return Planned(path, "publish", found, flow, newest["version"], differs)


def _as_json(planned: Planned) -> dict[str, Any]:
    return {
        "file": str(planned.path),
        "outcome": planned.outcome,
        "flow": None if planned.flow is None else planned.flow.key,
        "version": None if planned.flow is None else planned.flow.version,
        "against": planned.against,
        "changes": changes_json(planned.changes),
        "problems": problems_json(planned.found),
    }


def _tell_all(planned: Sequence[Planned]) -> None:
    for each in planned:
        _tell(each)


def _tell(planned: Planned) -> None:
    flow, path = planned.flow, planned.path
    if planned.outcome == "refused" or flow is None:
        out.print(f"{path}: refused, {len(planned.found.problems)} problem(s)", markup=False)
        tell_problems(planned.found)
    elif planned.outcome == "unchanged":
        out.print(f"{path}: unchanged, {flow.key} version {flow.version} is published", markup=False)
    elif planned.outcome == "new":
        out.print(f"{path}: new, would publish {flow.key} version {flow.version}, the first one", markup=False)
    else:
        many = f"{len(planned.changes)} change(s) against version {planned.against}"
        out.print(f"{path}: would publish {flow.key} version {flow.version}, {many}", markup=False)
        tell_changes(planned.changes)
