"""Templates: the rows of one case of the small house, with everything marked that differs from case to case."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import BigInteger, Table
from sqlalchemy.types import String

from benchmarks.growth.life import Life, Person
from core.kit.crypto import Vault
from core.kit.db import Instant, metadata

SMALLEST_ID: Final = 10**16  # smaller numbers are no ids of rows
Stored = dict[str, Any]
Fill = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Kept:
    """One row as SQLite keeps it, and what its sealed columns say."""

    table: Table
    stored: Stored
    opened: Mapping[str, str]

    def words(self) -> Iterator[str]:
        for name, value in self.stored.items():
            if name in self.opened:
                yield self.opened[name]
            elif value is not None and not isinstance(value, bytes):
                yield str(value)


@dataclass
class Template:
    """The rows of one case, parents first; `keys` are the words in them that every copy has its own of."""

    fate: str
    rows: list[Kept]
    ids: list[int]  # its own, rising
    keys: list[tuple[str, str]] = field(default_factory=list)  # kind, the word as it stands in the template

    def fill(self, text: str) -> Fill | None:
        """Puts a copy's own words in place of the template's; None where there are none."""
        parts = self._pattern().split(text)
        if len(parts) == 1:
            return None
        at = [self._places[part] for part in parts[1::2]]
        form = "%s".join(part.replace("%", "%%") for part in parts[::2])
        get = itemgetter(*at)
        return lambda words: form % get(words)

    def _pattern(self) -> "re.Pattern[str]":
        if not hasattr(self, "_compiled"):
            self._places = {word: at for at, (_, word) in enumerate(self.keys)}
            longest = sorted(self._places, key=len, reverse=True)
            self._compiled = re.compile("(" + "|".join(map(re.escape, longest)) + ")")
        return self._compiled


@dataclass(frozen=True, slots=True)
class House:
    """What the small house holds: its own rows, those of the department that is copied, and the cases."""

    base: list[Kept]
    office: Template
    cases: list[Template]


def templates(life: Life, vault: Vault) -> House:
    """Read the small house (a SQLite file whose product has stopped) and take it apart."""
    rows = list(_rows(life.url.removeprefix("sqlite:///"), vault))
    staffed = _staffed(rows)
    shared = {int(row.stored["id"]) for row in rows if row.table.name in ("flow_version", "case_number", "code_floor")}
    shared |= {each for row in staffed for each in (int(row.stored["id"]),)} | {life.staff.admin}
    mine = {id(row) for row in staffed}
    groups = _groups([row for row in rows if id(row) not in mine], shared, [each.marks for each in life.people])
    cases = [_case(life, person, groups.get(at, []), rows) for at, person in enumerate(life.people)]
    ours = [row for row in staffed if not _of_admin(life, row)]
    office = Template("office", ours, sorted(int(row.stored["id"]) for row in ours))
    office.keys = [*(("id", str(each)) for each in office.ids), *(("chat", each) for each in life.office)]
    base = [row for row in groups.get(-1, []) if row.table.name not in ("alembic_version", "audit", "process")]
    base += [row for row in staffed if _of_admin(life, row)]
    return House(_parents_first(base), office, cases)


def _rows(path: str, vault: Vault) -> Iterator[Kept]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    for table in metadata.sorted_tables:
        for row in connection.execute(f'SELECT * FROM "{table.name}"'):
            stored = dict(row)
            opened = {
                column.name: vault.open(table.name, column.name, stored["id"], stored[column.name]).decode()
                for column in table.columns
                if column.info.get("kept") == "sealed" and stored[column.name] is not None
            }
            yield Kept(table, stored, opened)
    connection.close()


def _staffed(rows: Sequence[Kept]) -> list[Kept]:
    """Members, their accounts and chats, and the department."""
    tables = ("department", "staff", "staff_identity")
    return [
        row
        for row in rows
        if row.table.name in tables or (row.table.name == "conversation" and row.stored["staff_id"] is not None)
    ]


def _of_admin(life: Life, row: Kept) -> bool:
    return life.staff.admin in (row.stored["id"], row.stored.get("staff_id"))


def _groups(rows: Sequence[Kept], shared: set[int], people: Sequence[tuple[str, ...]]) -> dict[int, list[Kept]]:
    """The rows that hang together, by the place of the person whose they are; -1: nobody's."""
    known = {int(row.stored["id"]) for row in rows if row.table.name != "alembic_version"} - shared
    marks = {mark: at for at, each in enumerate(people) for mark in each}
    number, mark = re.compile(r"\d{16,19}"), re.compile("|".join(map(re.escape, marks)))
    parent: dict[Any, Any] = {}

    def top(one: Any) -> Any:
        while parent.setdefault(one, one) != one:
            parent[one] = one = parent[parent[one]]
        return one

    for row in rows:
        here = ("row", id(row))
        for text in row.words():
            for found in number.findall(text):
                if int(found) in known:
                    parent[top(here)] = top(int(found))
            for found in mark.findall(text):
                parent[top(here)] = top(("person", marks[found]))
        if row.table.name != "alembic_version" and int(row.stored["id"]) in known:
            parent[top(here)] = top(int(row.stored["id"]))
    of = {top(("person", at)): at for at in range(len(people))}
    if len(of) != len(people):
        raise RuntimeError("two cases of the small house hang together: their rows cannot be told apart")
    groups: dict[int, list[Kept]] = defaultdict(list)
    for row in rows:
        groups[of.get(top(("row", id(row))), -1)].append(row)
    return groups


def _case(life: Life, person: Person, rows: list[Kept], every: Sequence[Kept]) -> Template:
    staff = {life.staff.lead: "lead", life.staff.member: "member", life.staff.department: "department"}
    chats = {
        row.stored["id"]: f"{staff[row.stored['staff_id']]} conversation"
        for row in every
        if row.table.name == "conversation" and row.stored["staff_id"] in staff
    }
    foreign = {int(row.stored["id"]) for row in every} - {int(row.stored["id"]) for row in rows}
    told = {int(each) for row in rows for text in row.words() for each in re.findall(r"\d{16,19}", text)}
    ids = sorted(each for each in told - foreign if SMALLEST_ID <= each < 2**63 and not _is_moment(each))
    template = Template(person.fate, _parents_first(rows), ids)
    keys = [("id", str(each)) for each in ids]
    keys += [(name, str(each)) for each, name in (staff | chats).items()]
    keys += [(f"{name} chat", chat) for name, chat in zip(("lead", "member"), life.office, strict=True)]
    keys += list(zip(("name", "chat", "phone", "email", "contract"), person.marks, strict=True))
    for row in rows:
        if row.table.name == "client_case":
            keys.append(("number", row.stored["number"]))
        elif row.table.name == "button":
            keys.append(("token", row.stored["token"]))
        elif row.table.name == "file":
            keys.append(("sha256", row.stored["sha256"]))
    shown = {row.stored["shown"] for row in rows if row.table.name == "outbox" and row.stored["shown"] is not None}
    template.keys = keys + [("shown", each) for each in sorted(shown)]
    return template


def _is_moment(number: int) -> bool:
    """Microseconds since 1970 have sixteen digits too."""
    return 10**15 <= number < 3 * 10**15


def _parents_first(rows: Sequence[Kept]) -> list[Kept]:
    order = {table.name: at for at, table in enumerate(metadata.sorted_tables)}
    return sorted(rows, key=lambda row: (order[row.table.name], row.stored.get("id", 0)))


def kind_of(column: Any) -> str:
    """How a column's value is made for a copy: sealed, blind, moment, number or words."""
    kept = column.info.get("kept")
    if kept in ("sealed", "blind"):
        return str(kept)
    if isinstance(column.type, Instant):
        return "moment"
    if isinstance(column.type, BigInteger):
        return "number"
    return "words" if isinstance(column.type, String) or column.type.__class__.__name__ == "JSON" else "constant"
