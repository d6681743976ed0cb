"""Empties what there is about a client: personal columns, words that were said, names of chats; numbers stay."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Table

from core.cases.tables import case, case_event
from core.files.naming import names_in
from core.files.tables import file
from core.kit.db import metadata
from core.ledger.tables import errand, inbox
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.wiring.belongings import belongings

_LAST: Final[Mapping[str, int]] = {"inbox": 1, "conversation": 2, "client_identity": 2, "applicant": 3, "client": 4}
GONE: Final = "（已删除 / erased）"  # where people would look for a name
_CODES: Final = frozenset(
    {"stage", "to", "before", "substate", "item", "role", "trigger", "outcome", "command", "code", "flow"}
    | {"rule", "stopped"}
)
_LISTS: Final = frozenset({"items", "checks"})
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NO_SHA: Final = "0" * 64
_NO_CARD: Final = {"error": None, "look_at": None, "card": None}  # nothing is redrawn any more
_NO_FILE: Final = {"inspection": {"verdict": "erased"}}


Place = tuple[str, int]  # a table's name and the id of a row


def left(lookup: Lookup, client_id: int) -> list[Place]:
    """Rows about him that say something still, in the order in which they must be emptied.

    What leads to others (his names, his chats) comes after what it leads to: whoever begins anew finds the rest.
    """
    found = belongings(lookup, client_id)
    places = [
        (_turn(metadata.tables[name]), name, row["id"])
        for name, rows in found.rows.items()
        for row in rows.values()
        if _says(row, _values(name, row, client_id))
    ]
    return [(name, row_id) for _, name, row_id in sorted(places)]


def forget(uow: UnitOfWork, client_id: int, places: Iterable[Place]) -> list[str]:
    """Empty these rows about him. Returns the handles of files that may be shredded if nobody else's row names them."""
    handles: set[str] = set()
    for name, row_id in places:
        table = metadata.tables[name]
        row = uow.peek(table, row_id)
        if row is not None:
            handles |= _named(name, row)
            uow.settle(table, row_id, {}, **_values(name, row, client_id))  # no change of the case: its version stays
    return sorted(handles - {""})


def end_cases(uow: UnitOfWork, client_id: int) -> None:
    """A restored backup may have brought back open ones."""
    for row in uow.find(case, client_id=client_id, state="open"):
        uow.settle(case, row["id"], {}, state="closed", closed_at=uow.now)


def _turn(table: Table) -> int:
    """When it is emptied: names last, before them the chats, before those what tells of chats and other rows."""
    return _LAST.get(table.name, 1 if "chat" in table.info else 0)


def _values(name: str, row: Row, client_id: int) -> Row:
    more = _MORE.get(name)
    return _emptied(metadata.tables[name], row) | (more(row, client_id) if more is not None else {})


def _says(row: Row, emptied: Row) -> bool:
    """Whether emptying changes anything; new random digests in the place of others do not count."""
    return any(row[name] != value for name, value in emptied.items() if not (isinstance(value, bytes) and value))


def _named(name: str, row: Row) -> set[str]:
    if name == file.name:
        return {row["handle"], row["preview_handle"]}
    return names_in(row["raw"]) if name == inbox.name else names_in(row["what"]) if name == errand.name else set()


def _emptied(table: Table, row: Row) -> Row:
    """Sealed columns without their content, blind indexes that find nobody."""
    values: Row = {}
    for column in table.columns:
        kept = column.info["kept"]
        if kept == "blind":
            values[column.name] = None if column.nullable else os.urandom(32)
        elif kept == "sealed" and row[column.name] is not None:
            values[column.name] = None if column.nullable else _nothing(row[column.name])
    return values


def _nothing(value: Any) -> Any:
    return [] if isinstance(value, list) else {} if isinstance(value, dict) else b"" if isinstance(value, bytes) else ""


def _client(row: Row, _: int) -> Row:
    return {"name": GONE, "zone": None, "reminded_on": None, "snoozed_until": None}


def _conversation(row: Row, client_id: int) -> Row:
    """The chat of a colleague about his case keeps its name."""
    if row["client_id"] != client_id:
        return {}
    return {"key": _anonym(row), "chat": _anonym(row), "case_id": None, "misunderstood": 0}


def _anonym(row: Row, *_: object) -> str:
    return f"erased:{row['id']}"


def _event(row: Row, _: int) -> Row:
    """Codes and numbers that the flow knows, no words; every name stays, as readers expect it."""
    data: Mapping[str, Any] = row["data"]
    return {"data": {name: _without_words(name, value) for name, value in data.items()}}


def _without_words(name: str, value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, list):
        return [each for each in value if isinstance(each, int) or (name in _LISTS and _is_code(each))]
    if isinstance(value, dict):
        return dict(_WORDS) if _WORDS.keys() <= value.keys() else {}
    return value if name in _CODES and _is_code(value) else ""


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _settled(state: str, *open_states: str) -> Callable[[Row], Row]:
    return lambda row: {"state": state} if row["state"] in open_states else {}


_INBOX, _OUTBOX = _settled("done", "waiting", "dead"), _settled("dropped", "waiting", "sending")
_ERRAND, _TIMER = _settled("done", "held", "waiting", "running", "dead"), _settled("cancelled", "waiting", "dead")
_BUTTON, _HANDOFF = _settled("closed", "open"), _settled("ended", "waiting", "held")
_INVITATION, _HANDOVER = _settled("replaced", "open"), _settled("lapsed", "offered")
_APPROVAL = _settled("ended", "open")
_NOBODYS: Final = {"what": {"client_id": None}, "error": None}
_WORDS: Final = {"zh-CN": GONE, "en": GONE}

_MORE: Final[Mapping[str, Callable[[Row, int], Row]]] = {
    "client": _client,
    "conversation": _conversation,
    case_event.name: _event,
    "client_identity": lambda row, _: {"external_id": _anonym(row)},
    "guardian": lambda *_: {"ended": True, "notify": False},
    "invitation": lambda row, _: _INVITATION(row),
    "wrong_code": lambda row, _: {"chat": _anonym(row)},
    "handoff": lambda row, _: _HANDOFF(row),
    "case_handover": lambda row, _: _HANDOVER(row),
    "case_link": lambda row, _: {"value": _anonym(row)} if row["value"] else {},
    "approval": lambda row, _: _APPROVAL(row),
    "approval_seat": lambda row, _: {"vote": row["vote"] or "missed"},
    "rule_course": lambda *_: {"stopped_for": None},
    "task": lambda *_: {"title": _WORDS},
    "document_version": lambda *_: {"sha256": _NO_SHA, "dates": {}},
    "document_file": lambda *_: {"sha256": _NO_SHA},
    "file": lambda *_: {"sha256": _NO_SHA, "handle": "", "preview_handle": "", "unplaced": False, **_NO_FILE},
    "inbox": lambda row, _: _INBOX(row) | {"conversation": _anonym(row), "platform_id": _anonym(row), "error": None},
    "outbox": lambda row, client_id: _OUTBOX(row) | {**_NO_CARD, **_chat_of(row, client_id)},
    "errand": lambda row, _: _ERRAND(row) | {"conversation": _anonym(row), "key": _anonym(row), **_NOBODYS},
    "timer": lambda row, _: _TIMER(row) | {"error": None, "key": _anonym(row)},
    "button": lambda row, _: _BUTTON(row),
    "web_session": lambda row, _: {"visitor": _anonym(row), "digest": os.urandom(32)},
    "web_chat": lambda row, _: {"visitor": _anonym(row)},
}


def _chat_of(row: Row, client_id: int) -> Row:
    """Where a notice went; that of a colleague stays."""
    his = row["person_kind"] == "client" and row["person_id"] == client_id
    return {"chat": _anonym(row), "external_id": None, "once": None} if his else {}
