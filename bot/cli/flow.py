"""`banli flow`: what is wrong with a flow, publishing it, its picture, and the schema that editors check it with."""

import json as jsons
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from bot.app import Banli, build
from bot.cli.configured import settings_or_exit
from bot.cli.names import Names, known_names
from bot.cli.problems import WRONG
from bot.cli.sentences import refused
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, err, out, tell_json
from bot.texts.catalogue import built_in
from core.bus.deed import SYSTEM, Cause
from core.catalog.calendars import unknown_calendar
from core.catalog.language import schema as language_schema
from core.catalog.service import look_over
from core.commands.work import PublishFlow
from core.engine.diagram import diagram_of
from core.engine.diagram_mermaid import mermaid
from core.engine.diagram_svg import svg
from core.engine.lint import Examined
from core.engine.machine import compile_flow
from core.kit.errors import Refusal
from core.kit.ids import new_id

app = typer.Typer(help="Check, draw and publish flows.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="Flow files (YAML).", exists=True, dir_okay=False)]

File = Annotated[Path, typer.Argument(help="A flow file (YAML).", exists=True, dir_okay=False)]
Form = Annotated[Literal["mermaid", "svg"], typer.Option("--format", help="What to draw it as.")]
Language = Annotated[Literal["zh-CN", "en"], typer.Option("--lang", help="The language of its labels.")]

_DRAW: Final = {"mermaid": mermaid, "svg": svg}


@app.command()
def validate(files: Files, json: AsJson = False) -> None:
    """Tell every problem of each file at once, with its place. Exit code 1 when there is any.

    With the agency's own roles and calendars where its database can be read; it says which it went by.
    """
    names = known_names()
    found = {path: examined(path.read_bytes(), names) for path in files}
    err.print(names.whose, markup=False)
    if json:
        tell_json({str(path): _problems(told) for path, told in found.items()})
    else:
        _tell(found)
    if any(told.problems for told in found.values()):
        raise typer.Exit(WRONG)


@app.command()
def publish(files: Files, json: AsJson = False) -> None:
    """Make new versions that never change again. Nothing is published when one file has a problem."""
    names = known_names()
    found = {path: examined(path.read_bytes(), names) for path in files}
    if any(told.problems for told in found.values()):
        if json:
            tell_json([{"file": str(path), "published": False, "problems": _problems(found[path])} for path in files])
        else:
            _tell(found)
            err.print(names.whose, markup=False)
        raise typer.Exit(WRONG)
    settings = settings_or_exit()
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            outcomes = published(files, banli)
        finally:
            banli.stop()
    if json:
        told = [{"file": str(path), "published": not no, "refused": no or None} for path, no in outcomes.items()]
        tell_json(told)
    else:
        for path, no in outcomes.items():
            out.print(f"{path}: refused: {no}" if no else f"{path}: published", markup=False)
    if any(outcomes.values()):
        raise typer.Exit(WRONG)


@app.command()
def schema() -> None:
    """Print the JSON Schema (draft 2020-12) of a flow file, for editors."""
    typer.echo(jsons.dumps(language_schema(), ensure_ascii=False, indent=1))


@app.command()
def diagram(file: File, form: Form = "mermaid", language: Language = "zh-CN", json: AsJson = False) -> None:
    """Print a flow's stages and steps as a diagram. Exit code 1 when the flow has a problem.

    With the agency's own roles where its database can be read.
    """
    names = known_names()
    found = examined(file.read_bytes(), names)
    if found.flow is None:
        err.print(names.whose, markup=False)
        if json:
            tell_json({str(file): _problems(found)})
        else:
            _tell({file: found})
        raise typer.Exit(WRONG)
    drawn = _DRAW[form](diagram_of(compile_flow(found.flow), language, names.called))
    if json:
        tell_json({"format": form, "language": language, "diagram": drawn})
    else:
        typer.echo(drawn, nl=False)


def examined(source: bytes, names: Names) -> Examined:
    """Everything that is wrong with a flow, as its YAML."""
    found = look_over(source, frozenset(names.roles), built_in())
    unknown = [] if found.flow is None else unknown_calendar(found.flow.calendar, names.calendars)
    return replace(found, flow=None, problems=tuple(unknown)) if unknown else found


def published(files: Sequence[Path], banli: Banli) -> dict[Path, str]:
    """Publish each file in a house that is started. Why one was refused, empty for one that is published now."""
    outcomes = {}
    with banli.reading.open() as reader:
        banli.house.policy.catch_up(reader, banli.clock.now())
    for path in files:
        command = PublishFlow(source=path.read_text("utf-8"))
        try:
            banli.store.run(partial(banli.bus.execute, command=command, cause=Cause(SYSTEM, "cli", new_id())))
            outcomes[path] = ""
        except Refusal as refusal:
            outcomes[path] = refused(refusal)
    return outcomes


def _problems(told: Examined) -> list[dict[str, object]]:
    return [
        {"pointer": each.pointer, "code": each.code, "line": told.lines.get(each.pointer), **each.message}
        for each in told.problems
    ]


def _tell(found: Mapping[Path, Examined]) -> None:
    for path, told in found.items():
        if not told.problems:
            out.print(f"{path}: good", markup=False)
            continue
        out.print(f"{path}: {len(told.problems)} problem(s)", markup=False)
        for each in told.problems:
            line = told.lines.get(each.pointer)
            place = f"line {line}" if line else "document"
            out.print(f"  {place} {each.pointer or '/'} [{each.code}]", markup=False)
            out.print(f"      {each.message['en']}", markup=False)
            out.print(f"      {each.message['zh-CN']}", markup=False)
