"""`banli dead-letters`: what kept failing in the queues, tried again or given up with a reason."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, get_args

import typer
from rich.table import Table

from bot.app import build
from bot.cli.configured import settings_or_exit
from bot.cli.counter import counter
from bot.cli.problems import WRONG, WrongInput
from bot.cli.terminal import AsJson, out, tell_json
from core.commands.command import Command
from core.commands.queues import DropEntry, RetryEntry
from core.kit.errors import Refusal
from core.ledger.queues import Queue, page
from core.store.sealing import Row

MOST = 500  # rows of each queue that a list tells
MOST_REASON = 200  # characters

app = typer.Typer(help="What kept failing in the queues: see, retry, drop with a reason.", no_args_is_help=True)

Ids = Annotated[list[int], typer.Argument(help="Ids as `list` tells them.")]


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Dead letters of every queue, newest first, without anybody's words."""
    banli = build(settings_or_exit())
    try:
        with banli.reading.open() as reader:
            found = [_told(queue, row) for queue in get_args(Queue) for row in page(reader, queue, "dead", None, MOST)]
    finally:
        banli.stop()
    if as_json:
        tell_json(found)
        return
    table = Table("id", "queue", "channel", "attempts", "due", "why", box=None)
    for told in found:
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
    if not 1 <= len(reason.strip()) <= MOST_REASON:
        raise WrongInput(f"The reason has 1 to {MOST_REASON} characters.")
    _each(ids, lambda entry_id: DropEntry(entry_id=entry_id, reason=reason.strip()), "is dropped", as_json=as_json)


def _each(ids: Sequence[int], make: Callable[[int], Command], done: str, *, as_json: bool) -> None:
    """Each by itself: one that is none any more holds up no other."""
    told: list[dict[str, Any]] = []
    with counter() as desk:
        for entry_id in ids:
            code = None
            try:
                desk.do(make(entry_id))
            except Refusal as refusal:
                code = refusal.code
            told.append({"id": str(entry_id), "done": code is None, "code": code})
    if as_json:
        tell_json(told)
    else:
        for each in told:
            why = "there is no such row, or it is no dead letter any more: see `banli dead-letters list`"
            out.print(f"{each['id']} {done}" if each["done"] else f"{each['id']}: {why}")
    if not all(each["done"] for each in told):
        raise typer.Exit(WRONG)


def _told(queue: Queue, row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "queue": queue,
        "channel": row.get("channel"),
        "attempts": row["attempts"],
        "due": row["due"].isoformat(timespec="seconds"),
        "error": row["error"],
    }
