"""Chats that a person has instead of the bot: take over, speak, pass on, give back."""

from functools import partial
from typing import Literal

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.need import does, lists
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.acts import NewMessage
from admin_api.schemas.handoffs import Handoff, HandoffList, NewAnswerer, NewNote, handoff_of
from admin_api.schemas.ids import IdIn
from core.commands.command import Command
from core.commands.handoffs import AddNote, GiveBack, PassHandoff, SayInChat, TakeOver
from core.conversations.tables import handoff
from core.kit.errors import NotFound
from core.wiring.subjects import handoff_subject

HANDOFFS = section("handoffs")


@HANDOFFS.operation("GET", "/handoffs", lists("conversation.hold"))
def list_handoffs(
    desk: AtDesk, state: Literal["waiting", "held", "ended"] = "waiting", cursor: Cursor = None, limit: Limit = USUAL
) -> HandoffList:
    """Chats that the caller may take over or has."""
    with desk.look() as reader:
        rows = reader.find(handoff, state=state)
        may_hold = partial(desk.parts.policy.may, desk.actor, "conversation.hold")
        mine = [row for row in rows if may_hold(handoff_subject(reader, row["id"]))]
    page, following = page_of(mine, lambda row: (int(row["id"]),), cursor, limit)
    return HandoffList(handoffs=[handoff_of(row) for row in page], next=following)


@HANDOFFS.operation("POST", "/handoffs/{handoff_id}/take", does(TakeOver), errors=[409])
def take_over(desk: AtDesk, handoff_id: IdIn) -> Handoff:
    """Answer this client from now on; of two the first."""
    return _after(desk, handoff_id, TakeOver(handoff_id=handoff_id))


@HANDOFFS.operation("POST", "/handoffs/{handoff_id}/pass", does(PassHandoff), errors=[409])
def pass_handoff(desk: AtDesk, handoff_id: IdIn, body: NewAnswerer) -> Handoff:
    """Give the chat to a colleague, who is told what was said."""
    command = command_of(PassHandoff, {"handoff_id": handoff_id, "staff_id": body.colleague_id})
    return _after(desk, handoff_id, command)


@HANDOFFS.operation("POST", "/handoffs/{handoff_id}/messages", does(SayInChat), errors=[409])
def say_in_chat(desk: AtDesk, handoff_id: IdIn, body: NewMessage) -> Handoff:
    """Speak to the client in the chat that the caller holds."""
    return _after(desk, handoff_id, command_of(SayInChat, {"handoff_id": handoff_id, **body.model_dump()}))


@HANDOFFS.operation("POST", "/handoffs/{handoff_id}/give-back", does(GiveBack), errors=[409])
def give_back(desk: AtDesk, handoff_id: IdIn) -> Handoff:
    """The bot speaks again."""
    return _after(desk, handoff_id, GiveBack(handoff_id=handoff_id))


@HANDOFFS.operation("POST", "/cases/{case_id}/notes", does(AddNote), status=204)
def add_note(desk: AtDesk, case_id: IdIn, body: NewNote) -> None:
    """Leave words for colleagues on the case's timeline."""
    desk.do(command_of(AddNote, {"case_id": case_id, **body.model_dump()}))


def _after(desk: Desk, handoff_id: int, command: Command) -> Handoff:
    desk.do(command)
    with desk.look() as reader:
        row = reader.peek(handoff, handoff_id)
    if row is None:
        raise NotFound(thing="handoff")
    return handoff_of(row)
