"""`banli flow diff`, `plan` and `pull`: what a file would change, and what is published. Nothing in the database is."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.flow_files import changes_json, examined, problems_json, tell_changes, tell_problems
from bot.cli.names import Names, known_names, names_in
from bot.cli.problems import WRONG, CannotServe, WrongInput
from bot.cli.serving import looking
from bot.cli.terminal import AsJson, err, out, tell_json
from core.catalog.catalogue import Catalogue, newest_of
from core.catalog.service import published_already
from core.catalog.tables import flow_version
from core.engine.flow import Flow
from core.engine.flow_diff import Change, changes
from core.engine.lint import Examined
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.store.sealing import Row

TO_PUBLISH: Final = 2  # exit code of `plan`

Outcome = Literal["new", "unchanged", "publish", "refused"]
Source = Annotated[Path, typer.Argument(help="A flow file (YAML).", exists=True, dir_okay=False)]
Sources = Annotated[list[Path], typer.Argument(help="Flow files (YAML).")]


@dataclass(frozen=True, slots=True)
class Planned:
    """What publishing a file would do. ``against``: the version that it is compared with."""

    path: Path
    outcome: Outcome
    found: Examined
    flow: Flow | None = None
    against: int | None = None
    changes: tuple[Change, ...] = ()


def diff(
    file: Source,
    against: Annotated[int | None, typer.Option(min=1, help="This published version instead of the newest.")] = None,
    with_file: Annotated[
        Path | None, typer.Option("--with", help="This file instead; needs no database.", exists=True, dir_okay=False)
    ] = None,
    json: AsJson = False,
) -> None:
    """Tell in words what a flow file says otherwise than the newest published version of its flow.

    Exit code 1 when a file has problems or there is nothing to compare it with.
    """
    if against is not None and with_file is not None:
        raise WrongInput("Give one of --against and --with: a published version, or a file.")
    if with_file is not None:
        names = known_names()
        new, old = _right(file, names), _right(with_file, names)
        named = str(with_file)
    else:
        with looking(settings_or_exit()) as (banli, reader):
            new = _right(file, names_in(reader))
            row = _published(reader, new.key, against)
            old, named = banli.catalogue.compiled(reader, row["id"]).flow, f"version {row['version']}"
    found = changes(old, new)
    if json:
        tell_json({"file": str(file), "flow": new.key, "against": named, "changes": changes_json(found)})
        return
    out.print(f"{file} against {named}: {len(found)} change(s)", markup=False)
    tell_changes(found)


def plan(files: Sources, json: AsJson = False) -> None:
    """Tell for each file what publishing it would do: new, unchanged, a version with its changes, or refused and why.

    Exit codes: 0 nothing to publish; 2 something to publish; 1 a file is refused or cannot be read, or the database
    cannot. A mistake in the command line itself is 2 as everywhere, and then nothing stands on stdout.
    """
    with _never_two(), looking(settings_or_exit()) as (banli, reader):
        names = names_in(reader)
        planned = [_planned(path, reader, banli.catalogue, names) for path in files]
    err.print(names.whose, markup=False)
    if json:
        tell_json([_as_json(each) for each in planned])
    else:
        for each in planned:
            _tell(each)
    outcomes = {each.outcome for each in planned}
    if "refused" in outcomes:
        raise typer.Exit(WRONG)
    if outcomes & {"new", "publish"}:
        raise typer.Exit(TO_PUBLISH)


def pull(
    key: Annotated[str, typer.Argument(help="The flow's key, such as visa_jp_tourist.")],
    version: Annotated[int | None, typer.Option(min=1, help="This version instead of the newest.")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="Write it there instead of stdout.", dir_okay=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Also over a file that says something else.")] = False,
    json: AsJson = False,
) -> None:
    """Give the source of a published version, every byte as it was published."""
    with looking(settings_or_exit()) as (_, reader):
        row = _published(reader, key, version)
    source = bytes(row["source"])
    if to is not None:
        _write(to, source, force=force)
    if json:
        told = {
            "flow": key,
            "version": row["version"],
            "sha256": row["sha256"],
            "file": None if to is None else str(to),
        }
        tell_json({**told, "source": source.decode()} if to is None else told)
    elif to is None:
        typer.echo(source, nl=False)
    else:
        out.print(f"{to}: {key}, version {row['version']}", markup=False)


def _right(path: Path, names: Names) -> Flow:
    """The flow in a file; ends with exit code 1 and every problem where it has some."""
    found = examined(path.read_bytes(), names)
    if found.flow is None:
        lines = [f"{path}: {len(found.problems)} problem(s)"]
        lines += [
            f"  line {found.lines.get(each.pointer, '?')} {each.pointer or '/'} [{each.code}] {each.message['en']}"
            for each in found.problems
        ]
        err.print("\n".join(lines), markup=False)
        raise typer.Exit(WRONG)
    return found.flow


def _published(reader: Reader, key: str, version: int | None) -> Row:
    """Raises NotFound for a flow or a version that is not published here."""
    row = newest_of(reader, key) if version is None else reader.first(flow_version, flow=key, version=version)
    if row is None:
        which = f"Version {version}" if version is not None else "No version"
        raise NotFound(f"{which} of flow {key} is {'not ' if version is not None else ''}published here.")
    return row


def _planned(path: Path, reader: Reader, catalogue: Catalogue, names: Names) -> Planned:
    source = path.read_bytes()
    found = examined(source, names)
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


@contextmanager
def _never_two() -> Iterator[None]:
    """What is expected to go wrong ends with 1: with 2 a script would believe that there is something to publish."""
    from bot.cli.sentences import told  # only now: see there

    try:
        yield
    except Exception as problem:
        found = told(problem)
        if found is None:
            raise
        err.print(found[0], markup=False)
        raise typer.Exit(WRONG) from problem


def _write(path: Path, source: bytes, *, force: bool) -> None:
    """Whole or not at all. Raises CannotServe for a file that says something else."""
    if path.exists():
        if path.read_bytes() == source:
            return
        if not force:
            raise CannotServe(f"{path} is there and says something else. Give --force to write over it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(source)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
