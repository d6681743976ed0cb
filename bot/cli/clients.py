"""`banli export-client` and `banli erase-client`: what is done about a client's data, from the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.backup.parcel import private, sync
from bot.app import Banli, build
from bot.cli.configured import settings_or_exit
from bot.cli.problems import WrongInput
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, out, tell_json
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.commands.data_rights import EraseClient, ExportClient, HoldClient, LiftHold
from core.kit.ids import new_id
from core.wiring.client_copy import copy_of

app = typer.Typer()
_Client = Annotated[int, typer.Argument(help="The client's number, as the API gives it.")]


@contextmanager
def house() -> Iterator[Banli]:
    """A house that takes commands; on SQLite nobody else may have it open."""
    settings = settings_or_exit()
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            yield banli
        finally:
            banli.stop()


def do(banli: Banli, command: Command) -> Any:
    """As the system, through the door `cli`. Raises Refusal after the refused attempt is in the audit."""
    cause = Cause(SYSTEM, "cli", new_id())
    done, refusal = banli.store.run(lambda uow: banli.bus.attempt(uow, command, cause), timeout=600)
    if refusal is not None:
        raise refusal
    return done


@app.command("export-client")
def export_client(
    client_id: _Client,
    to: Annotated[Path, typer.Argument(help="The zip archive; must not be there yet.")],
    json: AsJson = False,
) -> None:
    """Write all that is kept about a client, and his files, into one zip archive that only its owner reads."""
    if to.exists():
        raise WrongInput(f"{to} is there already: give a name that is free, or remove it")
    half = to.with_name(f".half-{to.name}")
    half.unlink(missing_ok=True)
    with house() as banli:
        do(banli, ExportClient(client_id=client_id))
        try:
            with private(half) as handle, open(handle, "wb", closefd=False) as file:
                file.writelines(copy_of(banli.reading, banli.files, client_id, banli.clock.now()))
            half.rename(to)
        finally:
            half.unlink(missing_ok=True)
    sync(to.parent)
    size = to.stat().st_size
    if json:
        tell_json({"file": str(to), "bytes": size})
    else:
        out.print(f"{to}: {size} bytes. It is not encrypted: hand it over safely, then remove it.", markup=False)


@app.command("erase-client")
def erase_client(
    client_id: _Client,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False,
    json: AsJson = False,
) -> None:
    """Erase what is personal about a client for good: his cases must be closed, and no legal hold in force."""
    if not yes and not typer.confirm(f"Erase the data of client {client_id}? This cannot be undone."):
        raise WrongInput("nothing was erased")
    with house() as banli:
        do(banli, EraseClient(client_id=client_id))
        banli.eraser.settle()
    if json:
        tell_json({"erased": client_id})
    else:
        out.print(f"Client {client_id} is erased. Older backups still hold his data until they are removed.")


@app.command("hold-client")
def hold_client(
    client_id: _Client,
    reason: Annotated[str, typer.Option(help="Why the data must be kept, or need not be kept any longer.")],
    lift: Annotated[bool, typer.Option("--lift", help="The hold ends.")] = False,
    json: AsJson = False,
) -> None:
    """Forbid the erasure of a client's data (legal hold), or allow it again with --lift."""
    with house() as banli:
        do(banli, (LiftHold if lift else HoldClient)(client_id=client_id, reason=reason))
    if json:
        tell_json({"client": client_id, "held": not lift})
    else:
        out.print(f"The data of client {client_id} {'may be erased again' if lift else 'are held'}.")
