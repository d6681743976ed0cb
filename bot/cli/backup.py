"""`banli backup`: make, look at, and bring back."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.backup import check
from adapters.backup.create import create
from adapters.backup.manifest import BackupBroken
from adapters.backup.restore import restore
from adapters.folder_store.store import FolderStore
from bot.app import build
from bot.cli.audit import verdict_of
from bot.cli.configured import settings_or_exit
from bot.cli.problems import WRONG, Broken
from bot.cli.serving import owned
from bot.cli.terminal import AsJson, out, progress, tell_json
from core.kit.clock import SystemClock
from core.kit.crypto import Vault
from core.kit.settings import Settings
from core.ledger import processes

app = typer.Typer(help="Backups: the database and its files in one folder, without the keys.", no_args_is_help=True)
_Folder = Annotated[Path, typer.Argument(help="The folder of one backup, banli-...")]


@app.command("create")
def create_command(
    into: Annotated[Path, typer.Argument(help="Where its folder is made.")] = Path("var/backups"),
    keep: Annotated[int, typer.Option(help="Older backups there are removed but the newest N; 0: none.", min=0)] = 0,
    json: AsJson = False,
) -> None:
    """Copy the database as it is at this moment and the files that it names. Banli may go on running."""
    settings = settings_or_exit()
    vault = Vault.from_settings(settings)
    files = FolderStore(settings.files_dir, vault)
    try:
        made = create(settings, vault, files, into, SystemClock().now(), progress, keep)
    except BackupBroken as broken:
        raise Broken(str(broken)) from broken
    size = sum(part.size for part in made.manifest.parts)
    if json:
        missing, removed = list(made.manifest.missing), [str(each) for each in made.removed]
        tell_json({"folder": str(made.folder), "files": len(made.manifest.files), "bytes": size,
                   "missing": missing, "removed": removed})  # fmt: skip
    else:
        out.print(f"{made.folder}: the database and {len(made.manifest.files)} files, {size} bytes.", markup=False)
        out.print(f"Keep the keys {', '.join(made.manifest.keys)} elsewhere: without them it cannot be read.")
        for handle in made.manifest.missing:
            out.print(f"  the store has no file {handle}, which a row names")


@app.command("verify")
def verify_command(folder: _Folder, json: AsJson = False) -> None:
    """Compare every part with its hash, and with BANLI_KEYS the keys. Needs no database. Exit code 1: not whole."""
    settings = settings_or_exit()
    vault = None if settings.keys is None else Vault.from_settings(settings)
    try:
        looked = check.verify(folder, vault, progress)
    except BackupBroken as broken:
        raise Broken(str(broken)) from broken
    if json:
        about = looked.manifest.model_dump(include={"banli", "made_at", "kind", "revision", "keys"}, mode="json")
        tell_json({"sound": not looked.problems, "problems": looked.problems, "keys_known": looked.keys_known, **about})
    else:
        for problem in looked.problems:
            out.print(f"  {problem}", markup=False)
        whole = "The backup is NOT whole." if looked.problems else "The backup is whole."
        out.print(whole if looked.keys_known else whole + " No key is set: whether it can be read was not looked at.")
    if looked.problems:
        raise typer.Exit(WRONG)


@app.command("restore")
def restore_command(
    folder: _Folder,
    force: Annotated[bool, typer.Option("--force", help="Put it in place of what is there.")] = False,
    json: AsJson = False,
) -> None:
    """Bring a backup back into the database and the folder of the settings, with every Banli process stopped."""
    settings = settings_or_exit()
    vault = Vault.from_settings(settings)
    try:
        with owned(settings):
            files = FolderStore(settings.files_dir, vault)
            manifest = restore(settings, vault, files, folder, SystemClock().now(), progress, force=force)
            erased = _erase_again(settings)
    except (BackupBroken, ValueError) as broken:
        raise Broken(str(broken)) from broken
    verdict = verdict_of(settings)
    if json:
        tell_json({"restored": str(folder), "made_at": manifest.made_at, "erased": erased,
                   "audit_sound": verdict.sound})  # fmt: skip
    else:
        out.print(f"Restored the state of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC.")
        out.print(f"{erased} clients stand in the list of the erased; none of them is back.")
        out.print("The audit is whole." if verdict.sound else "The audit is NOT whole: banli audit verify tells where.")
    if not verdict.sound:
        raise typer.Exit(WRONG)


def _erase_again(settings: Settings) -> int:
    """Nobody comes back who was erased since the backup, and no process of then is taken for one of now.

    Returns how many stand in the list of the erased.
    """
    banli = build(settings)
    banli.start()
    try:
        banli.store.run(processes.forget)
        return banli.eraser.apply()
    finally:
        banli.stop()
