"""What every command shares of the terminal: where it prints, `--json`, and progress that only a person sees."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import track

Each = TypeVar("Each")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="Tell it as one JSON document on stdout.")]


def tell_json(value: object) -> None:
    """One JSON document on stdout; moments as ISO 8601."""
    out.print_json(json.dumps(value, ensure_ascii=False, default=_plain))


def progress(each: Iterable[Each], doing: str, total: int) -> Iterator[Each]:
    """Go through them with a bar on stderr, which is drawn only where a person looks."""
    yield from track(each, doing, total=total, console=err, transient=True, disable=not err.is_terminal)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
