"""Between a row in memory and a row at rest: personal columns are encrypted on the way in, opened on the way out."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table

from core.kit.crypto import Vault
from core.kit.db import SealedForm, sealed_columns

Row = dict[str, Any]


class Sealing:
    """Seals and opens whole rows; the columns to treat are read from the table once."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._columns: dict[str, tuple[tuple[str, SealedForm], ...]] = {}
        self._templates: dict[str, Row] = {}

    def columns(self, table: Table) -> tuple[tuple[str, SealedForm], ...]:
        found = self._columns.get(table.name)
        if found is None:
            found = self._columns[table.name] = sealed_columns(table)
        return found

    def complete(self, table: Table, values: Mapping[str, Any]) -> Row:
        """A row with every column: given values, else the column's scalar default, else None.

        Raises KeyError for a name that is no column of the table.
        """
        template = self._templates.get(table.name)
        if template is None:
            template = {c.name: c.default.arg if c.default is not None else None for c in table.columns}  # type: ignore[attr-defined]  # scalar defaults only
            self._templates[table.name] = template
        if unknown := values.keys() - template.keys():
            raise KeyError(f"{table.name} has no column {', '.join(sorted(unknown))}")
        return {**template, **values}

    def seal(self, table: Table, row: Mapping[str, Any], row_id: int) -> Row:
        """The row as it is stored; only the columns that are present are treated."""
        stored = dict(row)
        for name, form in self.columns(table):
            value = stored.get(name)
            if value is not None:
                stored[name] = self.vault.seal(table.name, name, row_id, _to_bytes(value, form))
        return stored

    def again(self, table: Table, stored: Row, *, opened: bool) -> tuple[Row, Row]:
        """What is sealed in a stored row, sealed anew to the byte as it was; and with `opened` what it says.

        Empty columns are in neither. Raises Tampered when a value was changed or moved.
        """
        vault, name, row_id = self.vault, table.name, stored["id"]
        sealed, plain = Row(), Row()
        for column, form in self.columns(table):
            if (value := stored[column]) is None:
                continue
            content = vault.open(name, column, row_id, bytes(value))
            sealed[column] = vault.seal(name, column, row_id, content)
            if opened:
                plain[column] = _from_bytes(content, form)
        return sealed, plain

    def open(self, table: Table, row: Row) -> Row:
        """The row as the business sees it, opened in place. Raises Tampered when a value was changed or moved."""
        for name, form in self.columns(table):
            value = row.get(name)
            if value is not None:
                row[name] = _from_bytes(self.vault.open(table.name, name, row["id"], bytes(value)), form)
        return row


def _to_bytes(value: Any, form: SealedForm) -> bytes:
    if form == "json":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain_json).encode()
    return value.encode() if form == "text" else bytes(value)


def _from_bytes(value: bytes, form: SealedForm) -> Any:
    if form == "json":
        return json.loads(value)
    return value.decode() if form == "text" else value


def _plain_json(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be kept in a JSON column")
