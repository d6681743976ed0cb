"""Chats that a person has instead of the bot, in JSON."""

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdIn, IdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.store.sealing import Row


class Handoff(Given):
    """A client who wants a person: asked for, taken over, ended."""

    id: IdOut
    case_id: IdOut | None
    client_id: IdOut
    reason: str = Field(description="word, button, anger or misunderstood")
    state: str = Field(description="waiting, held or ended")
    holder_id: IdOut | None = Field(description="Who answers the client.")
    asked_at: Moment
    taken_at: Moment | None
    ended_at: Moment | None


class HandoffList(Given):
    """Those that the caller may take over, the oldest first."""

    handoffs: list[Handoff]
    next: Next


class NewAnswerer(Sent):
    """Who answers the client from now on."""

    colleague_id: IdIn


class NewNote(Sent):
    """Words for colleagues; the client never sees them."""

    text: str = Field(min_length=1, max_length=4000, examples=["客户比较着急，请优先"])


def handoff_of(row: Row) -> Handoff:
    return Handoff(**{name: row[name] for name in Handoff.model_fields})
