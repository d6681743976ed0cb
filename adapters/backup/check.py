"""Look at a backup without any database: is it whole, and do these keys open it?"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from adapters.backup.create import Track, parcel_manifest
from adapters.backup.manifest import NAME, SQLITE, Manifest, key_problems
from adapters.backup.parcel import measured
from core.kit.crypto import Vault

_SHOWN = 20  # problems of one kind that are named


@dataclass(frozen=True, slots=True)
class Looked:
    """``problems``: a sentence for each; none: it is whole."""

    manifest: Manifest
    problems: list[str]
    keys_known: bool  # whether the keys were at hand


def verify(folder: Path, vault: Vault | None, track: Track) -> Looked:
    """Compare every part with the manifest, and with `vault` the keys too. Raises BackupBroken when it is none."""
    manifest = parcel_manifest(folder)
    problems = [] if vault is None else key_problems(manifest, vault)
    listed = {part.path: part for part in manifest.parts}
    found = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()} - {NAME}
    problems += _told("missing", sorted(listed.keys() - found))
    problems += _told("not in the manifest", sorted(found - listed.keys()))
    changed = []
    for path in track(sorted(listed.keys() & found), "Checking", len(listed.keys() & found)):
        if measured(folder / path) != (listed[path].size, listed[path].sha256):
            changed.append(path)
    problems += _told("changed", changed)
    if not problems:
        problems += _database(folder, manifest)
    return Looked(manifest, problems, vault is not None)


def _told(what: str, paths: list[str]) -> list[str]:
    more = [f"{len(paths) - _SHOWN} more parts are {what}"] if len(paths) > _SHOWN else []
    return [f"{path} is {what}" for path in paths[:_SHOWN]] + more


def _database(folder: Path, manifest: Manifest) -> list[str]:
    """The hashes are right: is what was copied a database?"""
    if manifest.kind != "sqlite":
        return [f"{rows.path} is no part of it" for rows in manifest.tables if manifest.part(rows.path) is None]
    try:
        connection = sqlite3.connect(f"file:{folder / SQLITE}?mode=ro&immutable=1", uri=True)
        try:
            [[said]] = connection.execute("PRAGMA integrity_check(1)").fetchall()
        finally:
            connection.close()
    except sqlite3.DatabaseError as wrong:
        said = str(wrong)
    return [] if said == "ok" else [f"{SQLITE}: {said}"]
