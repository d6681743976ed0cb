"""`banli dead-letters`: what kept failing in the queues, tried again or given up with a reason."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table

from bot.app import Banli, build
from bot.cli import run
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.commands.queues import DropEntry, RetryEntry
from core.kit.crypto import MissingKey
from core.kit.errors import Refusal
from core.kit.ids import new_id
from core.kit.settings import load_settings
from core.kit.settings_sources import SettingsError
from core.ledger.queues import Queue, page
from core.store.sealing import Row

WRONG, USAGE, MOST = 1, 2, 500

app = typer.Typer(help="What kept failing in the queues: see, retry, drop with a reason.", no_args_is_help=True)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="Tell it as one JSON document on stdout.")]
Ids = Annotated[list[int], typer.Argument(help="Ids as `list` tells them.")]


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Dead letters of every queue, newest first, without anybody's words."""
    with _house(writes=False) as banli, banli.reading.open() as reader:
        found = [(queue, row) for queue in get_args(Queue) for row in page(reader, queue, "dead", None, MOST)]
    if as_json:
        out.print_json(json.dumps([_told(queue, row) for queue, row in found], default=str))
        return
    table = Table("id", "queue", "channel", "attempts", "due", "why", box=None)
    for queue, row in found:
        told = _told(queue, row)
        table.add_row(*(str(told[name] or "") for name in ("id", "queue", "channel", "attempts", "due", "error")))
    out.print(table if found else "There are no dead letters.")


@app.command("retry")
def retry_command(ids: Ids, as_json: AsJson = False) -> None:
    """Try them again from the first attempt on. Exit code 1 when one is no dead letter any more."""
    _each(ids, lambda entry_id: RetryEntry(entry_id=entry_id), "waits again", as_json=as_json)


@app.command("drop")
def drop_command(
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why they are given up; it is kept, sealed.", prompt=True)],
    as_json: AsJson = False,
) -> None:
    """Give them up for good. Exit code 1 when one is no dead letter any more."""
    if not 1 <= len(reason.strip()) <= 200:
        err.print("The reason has 1 to 200 characters.")
        raise typer.Exit(USAGE)
    _each(ids, lambda entry_id: DropEntry(entry_id=entry_id, reason=reason.strip()), "is dropped", as_json=as_json)


def _each(ids: Sequence[int], make: Callable[[int], Command], done: str, *, as_json: bool) -> None:
    told: list[dict[str, Any]] = []
    with _house(writes=True) as banli:
        banli.start()
        for entry_id in ids:
            refusal = _do(banli, make(entry_id))
            told.append({"id": str(entry_id), "done": refusal is None, "code": refusal and refusal.code})
    if as_json:
        out.print_json(json.dumps(told))
    else:
        for each in told:
            why = "there is no such row, or it is no dead letter any more: see `banli dead-letters list`"
            out.print(f"{each['id']} {done}" if each["done"] else f"{each['id']}: {why}")
    if not all(each["done"] for each in told):
        raise typer.Exit(WRONG)


def _do(banli: Banli, command: Command) -> Refusal | None:
    cause = Cause(SYSTEM, "cli", new_id())
    _, refusal = banli.store.run(lambda uow: banli.bus.attempt(uow, command, cause))
    found: Refusal | None = refusal
    return found


@contextmanager
def _house(*, writes: bool) -> Iterator[Banli]:
    """The house of these settings; who writes has its database to himself where that is a file."""
    try:
        settings = load_settings()
        with run.owned(settings) if writes else nullcontext():
            banli = build(settings)
            try:
                yield banli
            finally:
                banli.stop()
    except (SettingsError, MissingKey) as wrong:
        err.print(str(wrong), markup=False)
        raise typer.Exit(USAGE) from wrong
    except run.CannotServe as taken:
        err.print(str(taken), markup=False)
        raise typer.Exit(WRONG) from taken


def _told(queue: Queue, row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "queue": queue,
        "channel": row.get("channel"),
        "attempts": row["attempts"],
        "due": row["due"].isoformat(timespec="seconds"),
        "error": row["error"],
    }
