"""`banli flow diff` and `pull`: what a file would change, and what is published. Nothing in the database is."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.flow_files import changes_json, examined, tell_changes
from bot.cli.names import Names, known_names, names_in
from bot.cli.problems import WRONG, CannotServe, WrongInput
from bot.cli.serving import looking
from bot.cli.terminal import AsJson, err, out, tell_json
from core.catalog.catalogue import newest_of
from core.catalog.tables import flow_version
from core.engine.flow import Flow
from core.engine.flow_diff import changes
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.store.sealing import Row

Source = Annotated[Path, typer.Argument(help="A flow file (YAML).", exists=True, dir_okay=False)]


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
            new = _right(file, names_in(reader, banli.settings))
            row = _published(reader, new.key, against)
            old, named = banli.catalogue.compiled(reader, row["id"]).flow, f"version {row['version']}"
    found = changes(old, new)
    if json:
        tell_json({"file": str(file), "flow": new.key, "against": named, "changes": changes_json(found)})
        return
    out.print(f"{file} against {named}: {len(found)} change(s)", markup=False)
    tell_changes(found)


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
    found = examined(path.read_bytes(), names, path)
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
