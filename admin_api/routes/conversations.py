"""Chats with clients: which there are and who answers in them, and what was said in one."""

from functools import partial
from typing import Annotated

from fastapi import Query

from admin_api.desk import AtDesk
from admin_api.names import names_of
from admin_api.need import lists, reaches
from admin_api.paging import Cursor, Limit, before_id, id_before
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.conversations import ChatLine, Chats, Message, MessageList
from admin_api.schemas.ids import IdIn
from core.store.reading import Reader
from core.views.chats import Mode, chats, said_in
from core.views.talk import text_of, writer_of
from core.wiring.subjects import case_subject, chat_subject

CONVERSATIONS = section("conversations")
PAGE = 50


@CONVERSATIONS.operation("GET", "/conversations", lists("conversation.read"))
def list_conversations(
    desk: AtDesk,
    state: Annotated[Mode | None, Query(description="Who answers there.")] = None,
    channel: Annotated[Words | None, Query(max_length=40)] = None,
    holder_id: Annotated[IdIn | None, Query(description="The member of staff who has it.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Chats:
    """Chats with the clients whom the caller reaches, newest first."""
    may = partial(desk.parts.policy.may, desk.actor, "conversation.read")
    with desk.look() as reader:
        page = chats(
            reader,
            lambda conversation_id: may(chat_subject(reader, conversation_id)),
            channel=channel,
            mode=state,
            holder_id=holder_id,
            before=id_before(cursor),
            limit=limit,
        )
        people = {("client", each.row["client_id"]) for each in page.chats if each.row["client_id"] is not None}
        names = names_of(reader, people, desk.masks("client"))
    lines = [
        ChatLine(
            id=each.row["id"],
            channel=each.row["channel"],
            account=each.row["account"],
            client_id=each.row["client_id"],
            client_name=names.get(("client", each.row["client_id"]), ""),
            case_id=each.row["case_id"],
            state=each.mode,
            holder_id=each.holder_id,
            last_message_at=None if each.last is None else each.last["at"],
        )
        for each in page.chats
    ]
    return Chats(conversations=lines, next=before_id(page.next))


@CONVERSATIONS.operation(
    "GET", "/conversations/{conversation_id}/messages", reaches("conversation.read", "chat", "conversation_id")
)
def list_messages(desk: AtDesk, conversation_id: IdIn, cursor: Cursor = None, limit: Limit = PAGE) -> MessageList:
    """What was said in a chat, newest first."""
    with desk.look() as reader:
        may_read = partial(_may_read, desk, reader)
        rows, following = said_in(reader, conversation_id, may_read, id_before(cursor), limit)
        found = [
            Message(
                id=row["id"],
                at=row["at"],
                by=row["sender"],
                name=writer_of(reader, row),
                kind=row["kind"],
                text=text_of(row),
                case_id=row["case_id"],
            )
            for row in rows
        ]
    return MessageList(messages=found, next=before_id(following))


def _may_read(desk: AtDesk, reader: Reader, case_id: int) -> bool:
    return desk.parts.policy.may(desk.actor, "case.read", case_subject(reader, case_id))
