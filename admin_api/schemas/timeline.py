"""The timeline of a case in JSON."""

from typing import Any

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.documents import Who
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment


class ItemMark(Given):
    """The checklist item that an event is about."""

    id: IdOut
    key: str


class VersionMark(Given):
    """The document version that an event is about."""

    id: IdOut
    n: int


class Happened(Given):
    """One event: who, when, through which channel, from what to what, and why."""

    seq: int = Field(description="Rises within the case.")
    event: str = Field(examples=["DocumentApproved"])
    at: Moment
    who: Who
    on_behalf_of: Who | None = Field(description="The colleague for whom `who` stood in.")
    channel: str
    from_: str | None = Field(serialization_alias="from", description="The status, stage or person before.")
    to: str | None
    reason: str | None
    words: str | None = Field(description="The reason in free words.")
    item: ItemMark | None
    version: VersionMark | None
    sha256: str | None = Field(description="SHA-256 of the file concerned.")
    correlation: IdOut = Field(description="The same for everything that followed from one act.")
    details: dict[str, Any]


class Timeline(Given):
    """What happened to a case, oldest first."""

    case_id: IdOut
    events: list[Happened]
    next: Next
