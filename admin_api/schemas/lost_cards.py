"""Cards that show the past, in JSON."""

from typing import Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment
from core.ledger.lost import WHY
from core.store.sealing import Row


class LostCard(Given):
    """A message that the platform no longer lets us change. What it says is out of date; a press on one of its buttons
    is answered by what is true."""

    id: IdOut
    channel: str
    person: Literal["client", "staff"] = Field(description="Who reads it.")
    person_id: IdOut
    case_id: IdOut | None
    kind: str = Field(description="What the card is about, such as review or task.")
    sent_at: Moment | None
    tries: int = Field(description="Redraws that the platform did not take, in a row.")
    reason: str = Field(description="What the platform said at the last one.")


class LostCards(Given):
    """The newest 500, the newest first."""

    cards: list[LostCard]
    next: Next


def lost_card_of(row: Row) -> LostCard:
    return LostCard(
        id=row["id"],
        channel=row["channel"],
        person=row["person_kind"],
        person_id=row["person_id"],
        case_id=row["case_id"],
        kind=row["notice"]["kind"],
        sent_at=row["sent_at"],
        tries=row["tries"],
        reason=row["error"].removeprefix(WHY),
    )
