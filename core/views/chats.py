"""Chats with clients as somebody looks through them, and what was said in one, page by page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement

from core.cases.tables import case
from core.clients.tables import client
from core.contracts.tables import contract
from core.conversations.tables import conversation, handoff, message
from core.store.reading import Reader
from core.store.sealing import Row
from core.views.talk import SPOKEN

Mode = Literal["bot", "waiting", "held"]
CHUNK = 200
MOST_LOOKED = 2000  # chats that one page looks through; the next page goes on behind them


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat: who answers there at present, and when something was said last."""

    row: Row
    mode: Mode
    holder_id: int | None
    last: Row | None  # the newest message


@dataclass(frozen=True, slots=True)
class ChatPage:
    """`next`: look on behind this id; None when there is nothing left."""

    chats: list[Chat]
    next: int | None


def chats(
    reader: Reader,
    may_read: Callable[[int], bool],
    *,
    channel: str | None = None,
    mode: Mode | None = None,
    holder_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> ChatPage:
    """Chats with clients, newest first, that the reader may read. A page may hold fewer than were asked for."""
    held = {row["conversation_id"]: row for row in reader.find(handoff, handoff.c.state.in_(("waiting", "held")))}
    found, looked, last = list[Chat](), 0, before
    for row in _newest(reader, channel, before):
        if len(found) == limit or looked == MOST_LOOKED:
            return ChatPage(found, last)
        looked, last = looked + 1, row["id"]
        call = held.get(row["id"])
        now: Mode = "bot" if call is None else call["state"]
        holder = None if call is None else call["holder_id"]
        if mode not in (None, now) or holder_id not in (None, holder) or not may_read(row["id"]):
            continue
        said = reader.find(message, conversation_id=row["id"], order=message.c.id.desc(), limit=1)
        found.append(Chat(row, now, holder, said[0] if said else None))
    return ChatPage(found, None)


def said_in(
    reader: Reader, conversation_id: int, may_read_case: Callable[[int], bool], before: int | None, limit: int
) -> tuple[list[Row], int | None]:
    """Messages, newest first, without those about a case that the reader does not reach; and where to look on."""
    where: list[ColumnElement[bool]] = [message.c.conversation_id == conversation_id]
    if before is not None:
        where.append(message.c.id < before)
    rows = reader.find(message, *where, order=message.c.id.desc(), limit=limit + 1)
    shown = [
        row
        for row in rows[:limit]
        if row["kind"] in SPOKEN and (row["case_id"] is None or may_read_case(row["case_id"]))
    ]
    return shown, rows[limit - 1]["id"] if len(rows) > limit else None


def _newest(reader: Reader, channel: str | None, before: int | None) -> Iterator[Row]:
    """Clients' and strangers' chats in chunks, with what the question who reaches them asks of all of them at once."""
    while True:
        where: list[ColumnElement[bool]] = [conversation.c.staff_id.is_(None)]
        where += [] if channel is None else [conversation.c.channel == channel]
        where += [] if before is None else [conversation.c.id < before]
        chunk = reader.find(conversation, *where, order=conversation.c.id.desc(), limit=CHUNK)
        people = {row["client_id"] for row in chunk if row["client_id"] is not None}
        reader.preload(client, "id", people)
        reader.preload(case, "client_id", people)
        reader.preload(contract, "client_id", people)
        yield from chunk
        if len(chunk) < CHUNK:
            return
        before = chunk[-1]["id"]
