"""The chats in which a case was talked about, and what people said in one."""

from collections.abc import Iterable

from core.conversations.tables import conversation, message
from core.kit.errors import NotPossibleNow
from core.store.reading import Reader
from core.store.sealing import Row


def chats_of(reader: Reader, client_ids: Iterable[int], staff_ids: Iterable[int]) -> list[Row]:
    """The client's and his guardians', then those of the colleagues."""
    found = [chat for number in client_ids for chat in reader.find(conversation, client_id=number)]
    for number in staff_ids:
        found += reader.find(conversation, staff_id=number)
    return found


def said_in(reader: Reader, chat_id: int, since: int, most: int | None) -> list[Row]:
    """What people said after the row with this id, in its order. Raises NotPossibleNow for more than ``most``."""
    limit = None if most is None else most + 1
    chat = {"conversation_id": chat_id, "direction": "in"}
    found = reader.find(message, message.c.id > since, order=message.c.id, limit=limit, **chat)
    if most is not None and len(found) > most:
        raise NotPossibleNow(reason="story_long")
    return found
