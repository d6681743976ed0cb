"""Why a client's data must be kept."""

from pydantic import Field

from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment, Sent


class HoldReason(Sent):
    """Why."""

    reason: str = Field(min_length=1, max_length=1000, examples=["Dispute about the fee"])


class LegalHold(Given):
    """Whether a hold is in force, and the last one's words."""

    held: bool
    reason: str = ""
    by_id: IdOut | None = None
    at: Moment | None = None
