"""What is asked for: texts and moments of an address, as strict as the same in a body, and days of a body."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, StrictBool
from pydantic_core import PydanticCustomError

from admin_api.schemas.model import is_plain

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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


def _written_out(value: object) -> object:
    """Otherwise a plain number would be taken for the seconds since 1970, which the description does not say."""
    if isinstance(value, str) and not _MOMENT.match(value):
        raise PydanticCustomError("datetime_parsing", "a moment as 2026-03-02T10:00:00+08:00")
    return value


MomentIn = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
"""A moment with its zone, taken to UTC; one that UTC does not know is refused."""


def _a_day(value: object) -> object:
    """As with moments: neither a number nor a moment is a day."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "a day as 2026-03-02")


DayIn = Annotated[date, BeforeValidator(_a_day)]
"""A day of the calendar, written out."""

Yes = StrictBool
"""true or false: not 0, not "yes", which the description does not say either."""


def _a_number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("int_type", "a whole number")


Whole = Annotated[int, BeforeValidator(_a_number)]
"""A whole number: neither a text of digits nor true."""
