"""Bring a backup back: everything that can be known is looked at before anything is written."""

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

from adapters.backup.check import verify
from adapters.backup.create import SealedFiles, Track
from adapters.backup.database import is_empty, kind_of, put_back
from adapters.backup.manifest import ANCHORS, ERASED, BackupBroken, Manifest
from adapters.backup.parcel import pieces_of, private, sync
from core.kit.chain import is_known
from core.kit.crypto import Vault
from core.kit.settings import Settings


class Target(SealedFiles, Protocol):
    """The store that is filled."""

    def is_empty(self) -> bool: ...


def restore(
    settings: Settings, vault: Vault, files: Target, folder: Path, now: datetime, track: Track, *, force: bool = False
) -> Manifest:
    """Put the files, the database and the anchors back. Raises BackupBroken with every problem, before it starts.

    Files first: a restore that is interrupted leaves the old database, or none. Files that the backup does not know
    are left to the sweeper. The list of erased clients is joined with the one that is here: whoever stands in either
    must be erased again (the caller's work).
    """
    looked = verify(folder, vault, track)
    manifest, url = looked.manifest, settings.database_url.get_secret_value()
    problems = [*looked.problems, *_unfit(manifest, url)]
    if not problems and not force and not (is_empty(url) and files.is_empty()):
        problems = ["the database or the files folder is not empty: --force puts the backup in their place"]
    if problems:
        raise BackupBroken(problems)
    known = {part.path.rpartition("/")[2]: folder / part.path for part in manifest.files}
    for handle in track(sorted(known), "Files", len(known)):
        files.adopt(handle, pieces_of(known[handle]))
    put_back(url, folder, manifest)
    _anchors(manifest, folder, settings.anchors_file, now)
    _erased(manifest, folder, settings.erased_file)
    return manifest


def _unfit(manifest: Manifest, url: str) -> list[str]:
    problems = []
    if manifest.kind != kind_of(url):
        problems.append(f"it holds a {manifest.kind} database: set BANLI_DATABASE_URL to one of that kind")
    if not is_known(manifest.revision):
        problems.append(f"its tables are at {manifest.revision}, which is newer: install Banli {manifest.banli}")
    return problems


def _anchors(manifest: Manifest, folder: Path, place: Path, now: datetime) -> None:
    """Those of the backup count; what was there is kept beside, as it tells of what the restore takes back."""
    if place.exists():
        place.rename(place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}"))
    if manifest.part(ANCHORS) is not None:
        _put(place, (folder / ANCHORS).read_bytes())


def _erased(manifest: Manifest, folder: Path, place: Path) -> None:
    if manifest.part(ERASED) is None:
        return
    here = place.read_bytes().splitlines() if place.exists() else []
    lines = dict.fromkeys((*here, *(folder / ERASED).read_bytes().splitlines()))
    _put(place, b"".join(line + b"\n" for line in lines))


def _put(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(place.name + ".part")
    beside.unlink(missing_ok=True)
    with private(beside) as handle:
        os.write(handle, data)
    beside.replace(place)
    sync(place.parent)
