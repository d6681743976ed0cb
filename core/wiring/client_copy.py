"""A client's copy of his data: every row about him as JSON, and his files, in one zip archive."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from core.files.store_port import FileGone, FileStore
from core.files.tables import file
from core.files.zipping import zipped
from core.kit.db import metadata
from core.ledger.tables import audit
from core.store.reading import Reader, Reading
from core.store.sealing import Row
from core.wiring.belongings import belongings

_MACHINERY: Final = frozenset({"button", "timer", "web_session", "wrong_code", "invitation"})
"""What waits for a press or an hour, and what proves who somebody is: it says nothing about him, and opens doors."""
_INSIDE: Final = frozenset({"handle", "preview_handle", "mac", "chain", "digest"})
_ODD: Final = re.compile(r"[^\w.()（） -]+")


def copy_of(reading: Reading, files: FileStore, client_id: int, at: datetime) -> Iterator[bytes]:
    """The archive in pieces: data.json, and files/<number>-<name>. A file that is gone from the store is left out."""
    with reading.open() as reader:
        data = json.dumps(told(reader, client_id), ensure_ascii=False, indent=1, default=_plain).encode()
        kept = belongings(reader, client_id).of(file)
    return zipped(_entries(data, kept, files), at)


def told(reader: Reader, client_id: int) -> dict[str, Any]:
    """Every row about him by table, personal columns opened, without the house's own secrets."""
    found = belongings(reader, client_id)
    rows = {name: found.of(metadata.tables[name]) for name in found.rows if name not in _MACHINERY}
    rows["audit"] = _audited(reader, client_id, found.cases)
    return {name: [_shown(name, row) for row in of_table] for name, of_table in sorted(rows.items()) if of_table}


def _audited(reader: Reader, client_id: int, cases: Iterable[int]) -> list[Row]:
    """Who did what with his file and his cases."""
    about = reader.find(audit, subject=f"client:{client_id}")
    for case_id in sorted(cases):
        about += reader.find(audit, case_id=case_id)
    return list({row["id"]: row for row in about}.values())


def _shown(table: str, row: Row) -> Row:
    columns = metadata.tables[table].c
    return {name: value for name, value in row.items() if name not in _INSIDE and columns[name].info["kept"] != "blind"}


def _entries(data: bytes, kept: list[Row], files: FileStore) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "data.json", [data]
    for row in kept:
        try:
            content = files.open(row["handle"])
        except FileGone:
            continue
        yield f"files/{row['id']}-{_ODD.sub('_', row['name'])[-80:] or 'file'}", content


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} cannot be told in JSON")
