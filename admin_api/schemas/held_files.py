"""Files that wait for the virus check, in JSON."""

from datetime import datetime

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment
from core.store.sealing import Row


class HeldFile(Given):
    """A file without a verdict; its name and content are nobody's to see before."""

    id: IdOut
    case_id: IdOut | None
    client_id: IdOut | None = Field(description="Who sent it; null: a member of staff.")
    channel: str
    since: Moment
    next_check: Moment = Field(description="When the scanner is asked again by itself.")


class HeldFiles(Given):
    """Those that the caller may have checked again, the oldest first."""

    files: list[HeldFile]
    next: Next


def held_file_of(row: Row, case_id: int | None) -> HeldFile:
    return HeldFile(
        id=row["id"],
        case_id=case_id,
        client_id=row["what"]["client_id"],
        channel=row["channel"],
        since=datetime.fromisoformat(row["what"]["since"]),
        next_check=row["due"],
    )
