"""What was said last between a client and the agency about a case, over all of his chats."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.conversations.tables import conversation, message
from core.ledger.tables import outbox
from core.staff.tables import staff
from core.store.reading import Lookup
from core.store.sealing import Row

SPOKEN = frozenset({"text", "file", "other", "card"})  # a press and a contact event say nothing
DEPTH = 40  # messages of one chat that are looked through


@dataclass(frozen=True, slots=True)
class Said:
    """One message: by the client, the bot, or a member of staff who is named."""

    at: datetime
    by: Literal["client", "bot", "staff"]
    name: str
    text: str


def last_said(lookup: Lookup, case: Row, limit: int) -> list[Said]:
    """Oldest first. What was said about another case of the client stays out."""
    chats = lookup.find(conversation, client_id=case["client_id"])
    rows = [row for chat in chats for row in _spoken(lookup, chat["id"]) if row["case_id"] in (case["id"], None)]
    return _newest(lookup, rows, limit)


def last_in_chat(lookup: Lookup, conversation_id: int, limit: int) -> list[Said]:
    """Oldest first; whatever it was about."""
    return _newest(lookup, _spoken(lookup, conversation_id), limit)


def _spoken(lookup: Lookup, conversation_id: int) -> list[Row]:
    found = lookup.find(message, conversation_id=conversation_id, order=message.c.id.desc(), limit=DEPTH)
    return [row for row in found if row["kind"] in SPOKEN]


def _newest(lookup: Lookup, rows: list[Row], limit: int) -> list[Said]:
    newest = sorted(rows, key=lambda row: int(row["id"]))[-limit:]
    return [Said(row["at"], row["sender"], writer_of(lookup, row), text_of(row)) for row in newest]


def writer_of(lookup: Lookup, row: Row) -> str:
    """Who of the staff wrote: the notice that was sent knows it."""
    if row["sender"] != "staff":
        return ""
    sent = lookup.peek(outbox, row["entry_id"] or 0)
    member = None if sent is None else lookup.peek(staff, sent["notice"]["subject"].get("staff", 0))
    return "" if member is None else str(member["name"])


def text_of(row: Row) -> str:
    """A message's words; of what has none, what it was."""
    kind, body = row["kind"], row["body"]
    if kind == "file":
        return " ".join(part for part in (f"[{body['name']}]", body.get("text", "")) if part)
    if kind == "other":
        return f"[{body['kind']}]"
    return " ".join(part for part in (body.get("title", ""), body.get("text", "")) if part)
