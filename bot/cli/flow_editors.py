"""`banli flow schema` and `diagram`: what whoever writes a flow holds beside it. Neither needs a database."""

import json as jsons
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from bot.cli.flow_files import examined, problems_json, tell_all
from bot.cli.names import known_names
from bot.cli.problems import WRONG
from bot.cli.terminal import AsJson, err, tell_json
from core.catalog.language import schema as language_schema
from core.engine.diagram import diagram_of
from core.engine.diagram_mermaid import mermaid
from core.engine.diagram_svg import svg
from core.engine.machine import compile_flow

Source = Annotated[Path, typer.Argument(help="A flow file (YAML).", exists=True, dir_okay=False)]
Form = Annotated[Literal["mermaid", "svg"], typer.Option("--format", help="What to draw it as.")]
Language = Annotated[Literal["zh-CN", "en"], typer.Option("--lang", help="The language of its labels.")]

_DRAW: Final = {"mermaid": mermaid, "svg": svg}


def schema() -> None:
    """Print the JSON Schema (draft 2020-12) of a flow file, for editors."""
    typer.echo(jsons.dumps(language_schema(), ensure_ascii=False, indent=1))


def diagram(file: Source, form: Form = "mermaid", language: Language = "zh-CN", json: AsJson = False) -> None:
    """Print a flow's stages and steps as a diagram. Exit code 1 when the flow has a problem.

    With the agency's own roles where its database can be read.
    """
    names = known_names()
    found = examined(file.read_bytes(), names, file)
    if found.flow is None:
        err.print(names.whose, markup=False)
        if json:
            tell_json({str(file): problems_json(found)})
        else:
            tell_all({file: found})
        raise typer.Exit(WRONG)
    drawn = _DRAW[form](diagram_of(compile_flow(found.flow), language, names.called))
    if json:
        tell_json({"format": form, "language": language, "diagram": drawn})
    else:
        typer.echo(drawn, nl=False)
