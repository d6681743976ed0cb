"""The feed of a chat: its messages in the order of a cursor that rises with every message and every redraw."""

from typing import Any

from adapters.webchat.tables import web_chat, web_message
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

PAGE = 200  # messages in one answer


def lock_key(account: str, visitor: str) -> str:
    return f"webchat:{account}:{visitor}"


def _next_cursor(uow: UnitOfWork, account: str, visitor: str) -> tuple[int, int]:
    """The chat's id and its next cursor; under the chat's lock, so that no reader ever misses a lower one."""
    uow.need(lock_key(account, visitor))
    row = uow.first(web_chat, account=account, visitor=visitor)
    if row is None:
        row = uow.add(web_chat, account=account, visitor=visitor, last=0)
    row = uow.change(web_chat, row["id"], last=row["last"] + 1)
    return row["id"], row["last"]


def show(uow: UnitOfWork, account: str, visitor: str, external_id: str, sender: str, body: dict[str, Any]) -> None:
    """Put a message into the feed; one that is there already stays as it is."""
    chat_id, cursor = _next_cursor(uow, account, visitor)
    uow.add_once(
        web_message, chat_id=chat_id, cursor=cursor, external_id=external_id, sender=sender, at=uow.now, body=body
    )


def replace(uow: UnitOfWork, account: str, visitor: str, external_id: str, body: dict[str, Any]) -> None:
    """Redraw a message in place."""
    chat_id, cursor = _next_cursor(uow, account, visitor)
    row = uow.first(web_message, chat_id=chat_id, external_id=external_id)
    if row is not None:
        uow.change(web_message, row["id"], cursor=cursor, body=body, redrawn=True)


def newer(reader: Reader, account: str, visitor: str, after: int) -> list[Row]:
    """Messages behind the cursor; from the beginning, the newest page."""
    chat = reader.first(web_chat, account=account, visitor=visitor)
    if chat is None:
        return []
    t = web_message.c
    if after == 0:
        rows = reader.find(web_message, t.chat_id == chat["id"], order=t.at.desc(), limit=PAGE)
        return sorted(rows, key=lambda row: (row["at"], row["id"]))
    return reader.find(web_message, t.chat_id == chat["id"], t.cursor > after, order=t.cursor, limit=PAGE)
