"""Make a backup: the database first, then every file that this state of the database names."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

from adapters.backup.database import copied, kind_of, revision_of
from adapters.backup.manifest import ANCHORS, ERASED, FILES, NAME, BackupBroken, Manifest, fingerprints, sealed
from adapters.backup.parcel import Parcel, pieces_of
from core.files.naming import all_kept, named_by_waiting
from core.files.store_port import FileGone
from core.kit.chain import newest
from core.kit.crypto import Vault
from core.kit.settings import Settings
from core.store.sealing import Sealing

Track = Callable[[Iterable[str], str, int], Iterator[str]]  # goes through them and tells how far it is
PREFIX: Final = "banli-"


class SealedFiles(Protocol):
    """What a backup needs of a store: its files as they lie there, encrypted."""

    def sealed(self, handle: str) -> Iterator[bytes]: ...

    def adopt(self, handle: str, pieces: Iterable[bytes]) -> None: ...


@dataclass(frozen=True, slots=True)
class Made:
    """What was made."""

    folder: Path
    manifest: Manifest
    removed: tuple[Path, ...]  # older backups


def create(
    settings: Settings, vault: Vault, files: SealedFiles, into: Path, now: datetime, track: Track, keep: int = 0
) -> Made:
    """A new folder below `into`; of older ones the newest `keep` remain with it, 0: all.

    Raises BackupBroken when the tables are not those of this version, OSError when it cannot be written.
    """
    parcel = Parcel(into / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}")
    try:
        folder = parcel.close(_filled(parcel, settings, vault, files, now, track))
    finally:
        parcel.discard()
    older = sorted(each.parent for each in into.glob(f"{PREFIX}*/{NAME}"))
    removed = tuple(older[:-keep]) if keep else ()
    for each in removed:
        (each / NAME).unlink()  # from now on it is no backup, whatever happens next
        shutil.rmtree(each)
    return Made(folder, parcel_manifest(folder), removed)


def _bytes_of(place: Path) -> bytes:
    return place.read_bytes() if place.exists() else b""


def parcel_manifest(folder: Path) -> Manifest:
    """Raises BackupBroken when there is none or it cannot be read."""
    try:
        return Manifest.model_validate_json((folder / NAME).read_bytes())
    except FileNotFoundError:
        raise BackupBroken([f"{folder} is no backup: it has no {NAME}"]) from None
    except ValueError:
        raise BackupBroken([f"{folder / NAME} is not a manifest that this version can read"]) from None


def _filled(
    parcel: Parcel, settings: Settings, vault: Vault, files: SealedFiles, now: datetime, track: Track
) -> Manifest:
    url, missing = settings.database_url.get_secret_value(), []
    anchored = _bytes_of(settings.anchors_file)  # before the rows: of rows older than an anchor some would look cut off
    with copied(url, parcel, Sealing(vault)) as (reader, tables):
        revision = revision_of(reader.connection)
        if revision != newest():
            raise BackupBroken(
                [f"the tables are at {revision}, this version works with {newest()}: run `banli migrate`, or "
                 "make the backup with the version that wrote them"]
            )  # fmt: skip
        kept, waiting = all_kept(reader), named_by_waiting(reader)
    if anchored:
        parcel.add(ANCHORS, [anchored])
    if settings.erased_file.exists():
        parcel.add(ERASED, pieces_of(settings.erased_file))
    for handle in track(sorted(kept | waiting), "Files", len(kept | waiting)):
        try:
            parcel.add(f"{FILES}/{handle}", files.sealed(handle))
        except FileGone:
            if handle in kept:  # what only looks like a handle, in an update that waits, need not be one
                missing.append(handle)
    manifest = Manifest(
        banli=version("banli"), made_at=now, kind=kind_of(url), revision=revision, keys=fingerprints(vault),
        primary=vault.primary, tables=tables, missing=tuple(missing), parts=parcel.parts,
    )  # fmt: skip
    return sealed(manifest, vault)
