"""`banli keys`: bring everything under the first key of BANLI_KEYS, and tell what each key still holds."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

import typer
from rich.progress import Progress

from adapters.folder_store.store import FolderStore
from bot.app import Banli, build
from bot.cli.configured import settings_or_exit
from bot.cli.problems import WRONG
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, err, out, tell_json
from core.clients.tables import invitation
from core.files.store_port import FileGone
from core.kit.crypto import Tampered
from core.kit.db import writer_engine
from core.kit.memory import calm_collector
from core.ledger import chain
from core.store.rekeying import ALONE, SHARED, Rekeying
from core.wiring.blinds import BLINDS

app = typer.Typer(help="The keys under which personal data and files are sealed.", no_args_is_help=True)


@dataclass(slots=True)
class Rotated:
    """What one rotation has done. ``left``: rows that others held all the while."""

    rows: int = 0
    files: int = 0
    left: int = 0
    unreadable: list[str] = field(default_factory=list)


@app.command("rotate")
def rotate_command(
    batch: Annotated[
        int | None,
        typer.Option(help=f"Rows in one transaction ({SHARED}; on SQLite {ALONE}).", min=1, max=10_000),
    ] = None,
    json: AsJson = False,
) -> None:
    """Re-seal every value, lookup digest and file key that an older key has sealed. Killed, it is simply run again.

    On SQLite with the process stopped; on PostgreSQL Banli may run, with the same keys in the same order.
    """
    settings = settings_or_exit()
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            rotated = rotate(banli, batch)
        finally:
            banli.stop()
    if json:
        tell_json({"primary": banli.vault.primary, "rows": rotated.rows, "files": rotated.files,
                   "left": rotated.left, "unreadable": rotated.unreadable})  # fmt: skip
    else:
        out.print(f"{rotated.rows} rows and {rotated.files} files were brought under {banli.vault.primary}.")
        if rotated.left:
            out.print(f"{rotated.left} rows were being written all the while: run it once more.")
        for each in rotated.unreadable:
            out.print(f"  {each} cannot be read with any key of BANLI_KEYS", markup=False)
    if rotated.left or rotated.unreadable:
        raise typer.Exit(WRONG)


def rotate(banli: Banli, batch: int | None = None) -> Rotated:
    """1. the keys of older seals; 2. rows; 3. files. Whatever is done is done for good."""
    done = Rotated()
    calm_collector()  # thousands of rows at once, none of them in a ring
    banli.store.run(lambda uow: chain.retire(uow, banli.vault))
    with rekeying_of(banli) as rows, Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("Rows", total=rows.waiting())
        for count in rows.work(batch):
            done.rows += count
            bar.advance(task, count)
        handles = list(banli.files.handles())
        for handle in bar.track(handles, description="Files"):
            done.files += _rekeyed(banli.files, handle, done.unreadable)
        done.unreadable += sorted(rows.unreadable)
        done.left = rows.waiting() - len(rows.unreadable)
    return done


@contextmanager
def rekeying_of(banli: Banli) -> Iterator[Rekeying]:
    """Over connections of its own."""
    engine = writer_engine(banli.settings.database_url.get_secret_value())
    try:
        yield Rekeying(engine, banli.reading.sealing, BLINDS)
    finally:
        engine.dispose()


def _rekeyed(files: FolderStore, handle: str, unreadable: list[str]) -> bool:
    try:
        return files.rekey(handle)
    except Tampered:
        unreadable.append(f"file {handle}")
        return False


@app.command("status")
def status_command(json: AsJson = False) -> None:
    """How many values and files lie under each key, and which keys may leave BANLI_KEYS."""
    settings = settings_or_exit()
    banli = build(settings)
    try:
        with rekeying_of(banli) as rows:
            values = rows.counts()
        files, codes = files_by_key(banli.files, banli.files.handles()), _open_codes(banli)
    finally:
        banli.stop()
    told = [
        {"key": each, "primary": each == banli.vault.primary, "in_ring": each in banli.vault.key_ids,
         "values": values.get(each, 0), "files": files.get(each, 0)}
        for each in sorted({*banli.vault.key_ids, *values, *files})
    ]  # fmt: skip
    if json:
        tell_json({"keys": told, "open_codes": codes})
    else:
        for row in told:
            what = "the first" if row["primary"] else "older" if row["in_ring"] else "NOT in BANLI_KEYS"
            rest = "" if row["primary"] or row["values"] or row["files"] else "; holds nothing"
            out.print(f"{row['key']} ({what}): {row['values']} values, {row['files']} files{rest}", markup=False)
        if codes and len(banli.vault.key_ids) > 1:
            out.print(f"{codes} invitation codes are open: those made under an older key end when it leaves.")
    if any(not row["in_ring"] for row in told):
        raise typer.Exit(WRONG)


def files_by_key(files: FolderStore, handles: Iterable[str]) -> Counter[str]:
    """How many files each key holds; "?" for what is no file of the store."""
    found = Counter[str]()
    for handle in handles:
        try:
            found[files.key_of(handle)] += 1
        except FileGone:
            continue
        except Tampered:
            found["?"] += 1
    return found


def _open_codes(banli: Banli) -> int:
    now = banli.clock.now()
    with banli.reading.open() as reader:
        return sum(row["expires_at"] > now for row in reader.find(invitation, state="open"))
