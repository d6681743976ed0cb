"""`banli audit verify`: is the record of who did what whole?"""

import json
from dataclasses import asdict

from rich.console import Console

from bot.sealer import read_anchors
from core.kit.crypto import Vault
from core.kit.db import reader_engine
from core.kit.settings import Settings
from core.ledger import chain
from core.ledger.chain import Verdict
from core.store.reading import Reading
from core.store.sealing import Sealing


def verdict_of(settings: Settings) -> Verdict:
    """Read the chain and its anchors. Raises MissingKey, OperationalError, ValueError for a broken anchor file."""
    vault = Vault.from_settings(settings)
    reading = Reading(reader_engine(settings.database_url.get_secret_value()), Sealing(vault))
    try:
        with reading.open() as reader:
            return chain.verify(reader, chain.keys_of(reader, vault), read_anchors(settings.anchors_file))
    finally:
        reading.close()


def tell(verdict: Verdict, out: Console, *, as_json: bool = False) -> None:
    """What was found, in words or as JSON."""
    if as_json:
        out.print_json(json.dumps({"sound": verdict.sound, **asdict(verdict)}, default=str))
        return
    out.print(f"{verdict.sealed} rows are sealed; {verdict.anchors} anchors were compared.", markup=False)
    if verdict.unsealed:
        since = verdict.oldest_unsealed
        out.print(f"{verdict.unsealed} rows are not sealed yet, the oldest of {since:%Y-%m-%d %H:%M:%S} UTC.")
    for fault in verdict.faults:
        row = "" if fault.row_id is None else f" (row {fault.row_id})"
        out.print(f"  position {fault.chain}{row}: {fault.what}", markup=False)
    out.print("The chain is whole." if verdict.sound else "The chain is NOT whole: somebody has changed the audit.")
