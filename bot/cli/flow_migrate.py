"""`banli flow migrate`: take running cases over to another version of their flow, look at it before, and undo it."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bot.app import Banli, build
from bot.cli.configured import settings_or_exit
from bot.cli.problems import WRONG, WrongInput
from bot.cli.serving import looking, owned
from bot.cli.terminal import AsJson, err, out, tell_json
from core.bus.deed import SYSTEM, Cause
from core.cases.migration_check import Checked, check_map
from core.catalog.tables import flow_migration
from core.commands.command import Command
from core.commands.migrating import MigrateFlow, UndoMigration
from core.engine.flow_map import FlowMap, read_map
from core.kit.errors import Invalid, NotFound
from core.kit.ids import new_id
from core.store.reading import Reader
from core.views.migration import Previewed, outcomes, preview, status

PART: Final = 100
MOST: Final = 10_000  # cases that are told

Map = Annotated[
    Path | None, typer.Option("--map", help="The map (YAML): stages, items, fields.", exists=True, dir_okay=False)
]


def migrate(
    flow: Annotated[str, typer.Argument(help="The flow's key; not needed with --undo or --status.")] = "",
    to: Annotated[int | None, typer.Option(min=1, help="The version that they go over to.")] = None,
    map_file: Map = None,
    versions: Annotated[list[int] | None, typer.Option("--from", help="Only cases of this version.")] = None,
    preview_only: Annotated[bool, typer.Option("--preview", help="Tell what each case would become.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    undo: Annotated[int | None, typer.Option(help="Take the cases of this batch back.")] = None,
    status_of: Annotated[int | None, typer.Option("--status", help="How far this batch is.")] = None,
    json: AsJson = False,
) -> None:
    """Take open cases over to another version of their flow; each goes as soon as Banli runs.

    Exit code 1 when the map will not do; every problem is told. A case that cannot go stays as it is, see --status.
    """
    if [bool(flow), undo is not None, status_of is not None].count(True) != 1 or (flow and to is None):
        raise WrongInput("Give a flow and --to, or --undo BATCH, or --status BATCH.")
    if status_of is not None:
        _tell_status(status_of, json=json)
    elif undo is not None:
        _do(UndoMigration(batch_id=undo))
        _told(undo, "the cases of this batch go back, all but those that have moved on since", json=json)
    else:
        declared = FlowMap() if map_file is None else _read(map_file, json=json)
        command = MigrateFlow(flow=flow, to=to or 0, versions=tuple(versions or ()), **declared.model_dump())
        _go(command, declared, preview_only=preview_only, yes=yes, json=json)


def _go(command: MigrateFlow, declared: FlowMap, *, preview_only: bool, yes: bool, json: bool) -> None:
    with looking(settings_or_exit()) as (banli, reader):
        checked = check_map(reader, banli.catalogue, command.flow, command.to, command.versions, declared)
        if checked.problems:
            _refuse(Invalid(problems=checked.problems), json=json)
        if preview_only:
            _tell_preview(_all(banli, reader, checked, declared), json=json)
            return
    cases = sum(each.cases for each in checked.occupied)
    if not yes:
        typer.confirm(f"{cases} open case(s) of {command.flow} to version {command.to}?", abort=True, err=True)
    _told(int(_do(command)), f"{cases} case(s) go over to version {command.to}", json=json)


def _read(path: Path, *, json: bool) -> FlowMap:
    try:
        return read_map(path.read_bytes())
    except Invalid as invalid:
        _refuse(invalid, json=json)
        raise


def _refuse(invalid: Invalid, *, json: bool) -> None:
    """Every problem; ends with exit code 1."""
    if json:
        told = [{"pointer": each.pointer, "code": each.code, **each.message} for each in invalid.problems]
        tell_json({"problems": told})
    else:
        for each in invalid.problems:
            err.print(f"{each.pointer or '/'} [{each.code}]", markup=False)
            err.print(f"    {each.message['en']}\n    {each.message['zh-CN']}", markup=False)
    raise typer.Exit(WRONG)


def _do(command: Command) -> Any:
    settings = settings_or_exit()
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            with banli.reading.open() as reader:
                banli.house.policy.catch_up(reader, banli.clock.now())
            return banli.store.run(partial(banli.bus.execute, command=command, cause=Cause(SYSTEM, "cli", new_id())))
        finally:
            banli.stop()


def _told(batch: int, what: str, *, json: bool) -> None:
    if json:
        tell_json({"batch": str(batch)})
    else:
        out.print(f"batch {batch}: {what}, as soon as Banli runs.", markup=False)


def _all(banli: Banli, reader: Reader, checked: Checked, declared: FlowMap) -> list[Previewed]:
    found: list[Previewed] = []
    while len(found) < MOST:
        after = found[-1].row["id"] if found else 0
        part = preview(reader, banli.bus.wiring, checked, declared, banli.clock.now(), after=after, limit=PART)
        found += part
        if len(part) < PART:
            break
    return found


def _tell_preview(found: list[Previewed], *, json: bool) -> None:
    if json:
        tell_json([previewed_json(each) for each in found])
        return
    for each in found:
        number, move = each.row["number"], each.move
        if move is None:
            out.print(f"{number}: stays: {(each.refused or {})['en']}", markup=False)
            continue
        out.print(f"{number}: {move.row['stage']} -> {move.after['stage']}", markup=False)
        for change in ("renamed", "added", "revived", "dropped"):
            if keys := move.keys(change):
                out.print(f"    {change}: {', '.join(keys)}", markup=False)
        if move.set_aside:
            out.print(f"    set aside: {', '.join(move.set_aside)}", markup=False)
        if move.row["due"] != move.after["due"]:
            out.print(f"    limit: {move.row['due']} -> {move.after['due']}", markup=False)
        out.print(f"    rules: {', '.join(each.rules_before)} -> {', '.join(each.rules_after)}", markup=False)
        if move.todo_changed:
            out.print("    the client is told: what he is to send changes", markup=False)
    out.print(f"{len(found)} case(s); nothing was written.", markup=False)


def previewed_json(each: Previewed) -> dict[str, Any]:
    """One case of the preview as data; moments in ISO form, values of fields left out."""
    move = each.move
    told: dict[str, Any] = {"case": each.row["number"], "version": each.version, "refused": each.refused}
    if move is None:
        return told
    due = {
        name: None if row["due"] is None else row["due"].isoformat()
        for name, row in (("due_before", move.row), ("due_after", move.after))
    }
    return {
        **told,
        **due,
        "stage_before": move.row["stage"],
        "stage_after": move.after["stage"],
        **{change: list(move.keys(change)) for change in ("renamed", "added", "revived", "dropped")},
        "fields_renamed": dict(move.fields),
        "set_aside": list(move.set_aside),
        "rules_before": list(each.rules_before),
        "rules_after": list(each.rules_after),
        "client_told": move.todo_changed,
    }


def _tell_status(batch_id: int, *, json: bool) -> None:
    with looking(settings_or_exit()) as (_, reader):
        batch = reader.peek(flow_migration, batch_id)
        if batch is None:
            raise NotFound(f"There is no batch {batch_id}.")
        found = status(reader, batch)
        left = outcomes(reader, batch_id, ("refused", "kept"), after=0, limit=MOST)
    if json:
        cases = [{"case": row["number"], "state": row["state"], "why": row["why"]} for row in left]
        tell_json({"batch": str(batch_id), "done": found.done, **found.cases, "left": cases})
        return
    counted = ", ".join(f"{many} {state}" for state, many in found.cases.items() if many)
    out.print(f"batch {batch_id}: {'done' if found.done else 'under way'}; {counted or 'no case'}", markup=False)
    for row in left:
        out.print(f"  {row['number']}: {row['state']}: {row['why']['en']}", markup=False)
