"""What is asked for in an address: texts and moments, as strict as the same in a body."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError

from admin_api.schemas.model import is_plain


def _plain(text: str) -> str:
    if not is_plain(text):
        raise PydanticCustomError("nul", "no NUL characters")
    return text


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("moment", "between the years 1 and 9999 in UTC") from None


Words = Annotated[str, AfterValidator(_plain)]
"""A text, without NUL: PostgreSQL refuses to be asked about one."""

MomentIn = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its zone, taken to UTC; one that UTC does not know is refused."""
