"""`banli audit`: is the record of who did what whole?"""

from dataclasses import asdict

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.problems import WRONG, Broken
from bot.cli.terminal import AsJson, out, tell_json
from bot.sealer import read_anchors
from core.kit.crypto import Vault
from core.kit.db import reader_engine
from core.kit.settings import Settings
from core.ledger import chain
from core.ledger.chain import Verdict
from core.store.reading import Reading
from core.store.sealing import Sealing

app = typer.Typer(help="The record of who did what.", no_args_is_help=True)


@app.command()
def verify(json: AsJson = False) -> None:
    """Compare every sealed row with its seal and the anchors. Exit code 1 when one was changed, removed or cut off."""
    verdict = verdict_of(settings_or_exit())
    if json:
        tell_json({"sound": verdict.sound, **asdict(verdict)})
    else:
        _tell(verdict)
    if not verdict.sound:
        raise typer.Exit(WRONG)


def verdict_of(settings: Settings) -> Verdict:
    """Read the chain and its anchors. Raises MissingKey, DBAPIError, Broken."""
    vault = Vault.from_settings(settings)
    reading = Reading(reader_engine(settings.database_url.get_secret_value()), Sealing(vault))
    try:
        anchors = read_anchors(settings.anchors_file)  # before the rows: of a chain that grows none then looks cut off
        with reading.open() as reader:
            return chain.verify(reader, chain.keys_of(reader, vault), anchors)
    except ValueError as wrong:
        raise Broken(str(wrong)) from wrong
    finally:
        reading.close()


def _tell(verdict: Verdict) -> None:
    out.print(f"{verdict.sealed} rows are sealed; {verdict.anchors} anchors were compared.", markup=False)
    if verdict.unsealed:
        since = verdict.oldest_unsealed
        out.print(f"{verdict.unsealed} rows are not sealed yet, the oldest of {since:%Y-%m-%d %H:%M:%S} UTC.")
    for fault in verdict.faults:
        row = "" if fault.row_id is None else f" (row {fault.row_id})"
        out.print(f"  position {fault.chain}{row}: {fault.what}", markup=False)
    out.print("The chain is whole." if verdict.sound else "The chain is NOT whole: somebody has changed the audit.")
