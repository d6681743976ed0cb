"""Chats with clients in JSON."""

from typing import Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment
from core.views.chats import Mode


class ChatLine(Given):
    """One chat with a client, or with somebody whom nobody knows."""

    id: IdOut
    channel: str
    account: str
    client_id: IdOut | None
    client_name: str = Field(description="Under the caller's mask; empty: hidden or a stranger.")
    case_id: IdOut | None = Field(description="The case that is talked about.")
    state: Mode = Field(description="Who answers: the bot; nobody yet, though a person was called; a person.")
    holder_id: IdOut | None
    last_message_at: Moment | None


class Chats(Given):
    """Newest chat first. A page may hold fewer than were asked for and yet not be the last one."""

    conversations: list[ChatLine]
    next: Next


class Message(Given):
    """One message."""

    id: IdOut
    at: Moment
    by: Literal["client", "bot", "staff"]
    name: str = Field(description="Of the member of staff who wrote.")
    kind: str = Field(examples=["text"])
    text: str
    case_id: IdOut | None


class MessageList(Given):
    """Newest first; without those about a case that the caller does not reach."""

    messages: list[Message]
    next: Next
