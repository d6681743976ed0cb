"""The manifest of a backup: what is in it, with hashes, and under which keys it was made (never a key itself)."""

import hashlib
import hmac
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from core.kit.crypto import Vault

NAME: Final = "manifest.json"
DATABASE: Final = "database"  # folder of the database's parts
SQLITE: Final = f"{DATABASE}/banli.sqlite3"
FILES: Final = "files"  # one part for every file of the store, named by its handle
ANCHORS: Final = "audit-anchors.jsonl"
ERASED: Final = "erased-clients.jsonl"
_PRINT: Final = "key fingerprint"
_SEAL: Final = "backup manifest"

Kind = Literal["sqlite", "postgresql"]


class BackupBroken(Exception):
    """The backup cannot be used: every problem, each with its remedy where there is one."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Model):
    """One file of the backup; ``path`` is seen from its folder."""

    path: str
    size: int  # bytes
    sha256: str


class Rows(_Model):
    """One table of a PostgreSQL database, as text of COPY; tables stand in the order of their foreign keys."""

    table: str
    columns: tuple[str, ...]
    path: str
    rows: int


class Manifest(_Model):
    """``seal`` is a keyed digest of all the rest: with the keys at hand, a manifest that was changed is found out."""

    format: Literal[1] = 1
    banli: str  # version of the program
    made_at: datetime
    kind: Kind
    revision: str
    keys: dict[str, str]  # key id -> fingerprint
    primary: str
    tables: tuple[Rows, ...] = ()
    missing: tuple[str, ...] = ()  # files that a row names and the store did not have
    parts: tuple[Part, ...]
    seal: str = ""

    @property
    def files(self) -> list[Part]:
        """Those of the store."""
        return [part for part in self.parts if part.path.startswith(FILES + "/")]

    def part(self, path: str) -> Part | None:
        return next((part for part in self.parts if part.path == path), None)


def fingerprints(vault: Vault) -> dict[str, str]:
    """For every key of the ring 16 hexadecimal digits that tell it from others and nothing about it."""
    return {key_id: vault.derive(_PRINT, key_id).hex()[:16] for key_id in vault.key_ids}


def sealed(manifest: Manifest, vault: Vault) -> Manifest:
    return manifest.model_copy(update={"seal": _seal(manifest, vault, manifest.primary)})


def key_problems(manifest: Manifest, vault: Vault) -> list[str]:
    """Why these keys would not open the backup, and whether the manifest is as it was written; none: all is well."""
    known, problems = fingerprints(vault), []
    for key_id, printed in manifest.keys.items():
        if key_id not in known:
            problems.append(f"the key {key_id!r} is missing: add it to BANLI_KEYS, where it was kept apart from here")
        elif known[key_id] != printed:
            problems.append(f"the key {key_id!r} of BANLI_KEYS is another one than that of the backup")
    if not problems and not hmac.compare_digest(_seal(manifest, vault, manifest.primary), manifest.seal):
        problems.append(f"{NAME} was changed after it was written")
    return problems


def _seal(manifest: Manifest, vault: Vault, key_id: str) -> str:
    said = manifest.model_copy(update={"seal": ""}).model_dump_json().encode()
    return hmac.new(vault.derive(_SEAL, key_id), said, hashlib.sha256).hexdigest()
