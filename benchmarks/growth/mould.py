"""Moulds: a template made ready for copying, so that a copy of a whole case costs some hundred microseconds."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

from benchmarks.growth.template import Kept, Template, kind_of
from core.files.service import blind_of
from core.kit.crypto import Vault

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = re.compile(r"20\d\d-\d\d-\d\d")
_US: Final = 1_000_000
BLINDS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("client", "phone_index"): ("client.phone", "phone"),
    ("client", "email_index"): ("client.email", "email"),
}


@dataclass(slots=True)
class Copy:
    """What makes one copy differ: where its ids begin, how long it was before the template, and its own words."""

    base: int
    shift: int  # microseconds back
    own: Mapping[str, str]  # what stands for the words of each kind that there is one of
    random: Random
    words: list[str] = field(default_factory=list)


Make = Callable[[Copy], Any]
Shows = Mapping[str, Sequence[Callable[[Any], str]]]


@dataclass(frozen=True, slots=True)
class _Row:
    """`form`: the line as COPY takes it, with a place for what varies; None where rows stay rows."""

    table: str
    constant: list[Any]
    varying: tuple[tuple[int, Make], ...]
    form: str | None = None
    shows: tuple[Callable[[Any], str], ...] = ()


class Mould:
    """`pour` adds the rows of a copy to lists by table, in the columns' order, as SQLite keeps them."""

    def __init__(self, template: Template, vault: Vault, now: datetime, shows: Shows | None = None) -> None:
        """``shows``: how a table's columns are written as text; a table that is not in it keeps its rows."""
        self._template = template
        self._vault = vault
        self._now = (now - _EPOCH) // timedelta(microseconds=1)
        self._ids = {each: rank for rank, each in enumerate(template.ids)}
        self._numbers = {int(word): name for name, word in template.keys if name != "id" and word.isdigit()}
        self._kinds = [name for name, _ in template.keys]
        self._at = {word: at for at, (_, word) in enumerate(template.keys)}
        self._client = next((int(r.stored["id"]) for r in template.rows if r.table.name == "client"), 0)
        self._shows = shows or {}
        self._shown: list[tuple[int, Callable[[Sequence[str]], str]]] = []
        self._rows = [self._row(row) for row in template.rows]

    def shows(self, shown: Mapping[str, str]) -> "Mould":
        """`shown`: what the cards with these digests looked like; a copy's digest is of its own words."""
        for at, (kind, digest) in enumerate(self._template.keys):
            if kind == "shown" and digest in shown:
                fill = self._template.fill(shown[digest])
                if fill is not None:
                    self._shown.append((at, fill))
        return self

    def pour(self, copy: Copy, into: Mapping[str, list[Any]]) -> None:
        copy.words = [self._word(kind, at, copy) for at, kind in enumerate(self._kinds)]
        for at, fill in self._shown:
            copy.words[at] = hashlib.sha256(fill(copy.words).encode()).hexdigest()
        for row in self._rows:
            if row.form is not None:
                told = [show(make(copy)) for show, (_, make) in zip(row.shows, row.varying, strict=True)]
                into[row.table].append(row.form % tuple(told))
                continue
            made = row.constant.copy()
            for at, make in row.varying:
                made[at] = make(copy)
            into[row.table].append(tuple(made))

    def _word(self, kind: str, at: int, copy: Copy) -> str:
        if kind == "id":
            return str(copy.base + at)  # ids come first among the keys, in the order of their ranks
        if kind == "token":
            return base64.urlsafe_b64encode(copy.random.randbytes(16))[:22].decode()
        if kind == "sha256":
            return copy.random.randbytes(32).hex()
        return copy.own[kind] if kind != "shown" else ""

    def _row(self, row: Kept) -> _Row:
        constant, varying = [], []
        for at, column in enumerate(row.table.columns):
            value = row.stored[column.name]
            made = None if value is None else self._make(row, column, value)
            constant.append(value)
            if made is not None:
                varying.append((at, made))
        if (shows := self._shows.get(row.table.name)) is None:
            return _Row(row.table.name, constant, tuple(varying))
        cells = ["\\N" if value is None else show(value) for show, value in zip(shows, constant, strict=True)]
        cells = [cell.replace("%", "%%") for cell in cells]
        for at, _ in varying:
            cells[at] = "%s"
        form = "\t".join(cells) + "\n"
        return _Row(row.table.name, constant, tuple(varying), form, tuple(shows[at] for at, _ in varying))

    def _make(self, row: Kept, column: Any, value: Any) -> Make | None:
        kind = kind_of(column)
        if kind == "sealed":
            return self._sealed(row, column.name)
        if kind == "blind":
            return self._blind(row, column.name)
        if kind == "moment":
            return (lambda copy: value - copy.shift) if value <= self._now else None
        if kind == "number":
            return self._number(int(value))
        return self._words(str(value)) if kind == "words" else None

    def _number(self, value: int) -> Make | None:
        if value in self._ids:
            rank = self._ids[value]
            return lambda copy: copy.base + rank
        if value in self._numbers:
            name = self._numbers[value]
            return lambda copy: int(copy.own[name])
        return None

    def _words(self, value: str) -> Make | None:
        if _DAY.fullmatch(value):
            day = date.fromisoformat(value)
            return lambda copy: (day - timedelta(days=copy.shift // (86_400 * _US))).isoformat()
        fill = self._template.fill(value)
        return None if fill is None else lambda copy: fill(copy.words)

    def _sealed(self, row: Kept, name: str) -> Make:
        table, text, seal = row.table.name, row.opened[name], self._vault.seal
        fill, rank = self._template.fill(text), self._ids[int(row.stored["id"])]
        if fill is None:
            plain = text.encode()
            return lambda copy: seal(table, name, copy.base + rank, plain)
        return lambda copy: seal(table, name, copy.base + rank, fill(copy.words).encode())

    def _blind(self, row: Kept, name: str) -> Make:
        vault = self._vault
        if (row.table.name, name) in BLINDS:
            purpose, own = BLINDS[row.table.name, name]
            return lambda copy: vault.blind_index(purpose, copy.own[own])
        if (row.table.name, name) == ("file", "digest"):
            rank, at = self._ids[self._client], self._at[row.stored["sha256"]]
            return lambda copy: blind_of(vault, copy.base + rank, copy.words[at])
        raise RuntimeError(f"nobody has said how a copy gets {row.table.name}.{name}")
