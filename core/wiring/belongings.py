"""What there is about a client, in every table: what his copy of his data holds, and what an erasure empties.

A table with a column client_id, case_id or conversation_id needs no word here; nor does a channel's own table that says
of itself whose it is (`info`: `chat` names channel and the columns of account and chat, `under` its parent and the
column that names it). The others are found by hand.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Table

from core.cases.tables import applicant, case, case_event, document_file, document_version
from core.clients.tables import client, client_identity, erasure, guardian, wrong_code
from core.conversations.tables import conversation, message
from core.files.tables import file
from core.kit.db import metadata
from core.ledger.tables import audit, button, errand, inbox, outbox, timer
from core.store.reading import Lookup
from core.store.sealing import Row

_PART: Final = 400  # values in one question
_FETCHED: Final = "file:"  # the platform id of an update that tells of a fetched file: its errand


@dataclass(slots=True)
class Found:
    """Rows by table and id, and the names under which the client is known."""

    client_id: int
    cases: set[int] = field(default_factory=set)
    conversations: set[int] = field(default_factory=set)
    chats: set[tuple[str, str, str]] = field(default_factory=set)  # channel, account, chat
    keys: set[str] = field(default_factory=set)  # of his conversations
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)

    def add(self, table: Table, rows: Iterable[Row]) -> None:
        self.rows.setdefault(table.name, {}).update({row["id"]: row for row in rows})

    def of(self, table: Table) -> list[Row]:
        """His rows of a table, oldest first."""
        return [row for _, row in sorted(self.rows.get(table.name, {}).items())]


def belongings(lookup: Lookup, client_id: int) -> Found:
    """Everything about this client, also lines of colleagues' chats about him."""
    found = Found(client_id)
    found.cases = {row["id"] for row in lookup.find(case, client_id=client_id)}
    own = lookup.find(conversation, client_id=client_id)
    found.conversations = {row["id"] for row in own}
    found.chats = {(row["channel"], row["account"], row["chat"]) for row in own}
    known = lookup.find(client_identity, client_id=client_id)
    found.chats |= {(row["channel"], row["account"], row["external_id"]) for row in known}
    found.keys = {row["key"] for row in own} | {":".join(chat) for chat in found.chats}
    for table in metadata.sorted_tables:
        if table not in _NOT_HIS:
            found.add(table, _by_columns(lookup, table, found))
            found.add(table, _by_chat(lookup, table, found))
    for find in _BY_HAND:
        find(lookup, found)
    for table in metadata.sorted_tables:
        _under(lookup, table, found)
    return found


_NOT_HIS: Final = (audit, erasure)  # who did what stays, under numbers; so does that he was erased


def _by_columns(lookup: Lookup, table: Table, found: Found) -> Iterable[Row]:
    whose = {"client_id": {found.client_id}, "case_id": found.cases, "conversation_id": found.conversations}
    for name, values in whose.items():
        if name in table.c:
            yield from _each(lookup, table, name, values)


def _by_chat(lookup: Lookup, table: Table, found: Found) -> Iterable[Row]:
    if (named := table.info.get("chat")) is not None:
        channel, account, chat = named
        for of, at, there in sorted(found.chats):
            if of == channel:
                seat: dict[str, Any] = {account: at, chat: there}
                yield from lookup.find(table, **seat)


def _under(lookup: Lookup, table: Table, found: Found) -> None:
    if (named := table.info.get("under")) is not None:
        parent, column = named
        found.add(table, _each(lookup, table, column, found.rows.get(parent, {}).keys()))


def _each(lookup: Lookup, table: Table, column: str, values: Iterable[Any]) -> Iterable[Row]:
    wanted = sorted(values)
    for start in range(0, len(wanted), _PART):
        yield from lookup.find(table, table.c[column].in_(wanted[start : start + _PART]))


def _himself(lookup: Lookup, found: Found) -> None:
    found.add(client, lookup.find(client, id=found.client_id))
    found.add(guardian, lookup.find(guardian, person_id=found.client_id))
    found.add(wrong_code, _each(lookup, wrong_code, "chat", found.keys))


def _his_files(lookup: Lookup, found: Found) -> None:
    """Also those that staff or a guardian handed in for his cases."""
    named = {row["file_id"] for table in (document_version, document_file) for row in found.of(table)}
    found.add(file, _each(lookup, file, "id", named))


def _what_staff_wrote(lookup: Lookup, found: Found) -> None:
    """In their own chats, and something came of it in one of his cases: events and audit name the update; so does the
    next question of several about it."""
    audited = [row for row in _each(lookup, audit, "case_id", found.cases) if row["door"] == "chat"]
    named = {row["correlation"] for row in (*found.of(case_event), *audited)}
    named |= {row["cause"] for row in found.of(outbox) if row["notice"].get("kind") == "dialog" and row["cause"]}
    updates = list(_each(lookup, inbox, "id", named))
    found.add(inbox, updates)
    chats = {
        row["key"]: row["id"] for row in _each(lookup, conversation, "key", {row["conversation"] for row in updates})
    }
    for row in updates:
        if row["conversation"] in chats:
            found.add(message, lookup.find(message, conversation_id=chats[row["conversation"]], entry_id=row["id"]))


def _where_he_is_named(lookup: Lookup, found: Found) -> None:
    """Lines in chats of staff that belong to no case, since he came: by his name, numbers and addresses. Somebody else
    of the same name may be meant; better one such line too many than one too few. And what is being asked there about
    a case of his, with the answers so far."""
    marks, since = _marks(found), min((row["created_at"] for row in found.of(client)), default=None)
    if since is None:
        return
    ours = lookup.find(conversation, conversation.c.staff_id.is_not(None))
    for chat in ours:
        lines = lookup.find(message, message.c.at >= since, conversation_id=chat["id"], case_id=None)
        named = [row for row in lines if any(mark in json.dumps(row["body"], ensure_ascii=False) for mark in marks)]
        found.add(message, named)
        dialog = chat["dialog"] or {}
        asked = dialog.get("case") in found.cases or any(mark in str(dialog) for mark in marks)
        found.add(conversation, [chat] if dialog and asked else [])


def _marks(found: Found) -> set[str]:
    """What he is called by, in the cases as well."""
    called = {row[column] for row in found.of(client) for column in ("name", "phone", "email")}
    called |= {row["name"] for row in found.of(applicant)} | {row["number"] for row in found.of(case)}
    return {each for each in called if each and len(each) > 1}


def _his_ledger(lookup: Lookup, found: Found) -> None:
    """What he wrote, what was written about his cases, and what was sent for it."""
    messages = found.of(message)
    arrived = {row["entry_id"] for row in messages if row["direction"] == "in" and row["entry_id"]}
    sent = {row["entry_id"] for row in messages if row["direction"] == "out" and row["entry_id"]}
    found.add(inbox, [*_each(lookup, inbox, "conversation", found.keys), *_each(lookup, inbox, "id", arrived)])
    found.add(outbox, lookup.find(outbox, person_kind="client", person_id=found.client_id))
    found.add(outbox, _each(lookup, outbox, "id", sent))
    found.add(button, lookup.find(button, for_kind="client", for_id=found.client_id))
    fetched = {_number(row["platform_id"]) for row in found.of(inbox) if row["platform_id"].startswith(_FETCHED)}
    found.add(errand, [*_each(lookup, errand, "conversation", found.keys), *_each(lookup, errand, "id", fetched - {0})])
    waiting = lookup.find(timer, timer.c.case_id.is_(None), state="waiting")
    found.add(timer, [row for row in waiting if row["command"]["args"].get("client_id") == found.client_id])


def _number(platform_id: str) -> int:
    rest = platform_id.removeprefix(_FETCHED)
    return int(rest) if rest.isdigit() else 0


_BY_HAND: Final[tuple[Callable[[Lookup, Found], None], ...]] = (
    _himself,
    _his_files,
    _what_staff_wrote,
    _where_he_is_named,
    _his_ledger,
)
