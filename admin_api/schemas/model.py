"""The two kinds of models: what is sent to us, and what we write."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from admin_api.schemas.ids import IdOut

_LARGEST: Final = 2**63 - 1
_UNKEPT: Final = re.compile("[\0\ud800-\udfff]")


class Sent(BaseModel):
    """The body of a request. A key that it does not name is refused; words come without blanks at their ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    trims: ClassVar[bool] = True  # not where every character counts

    @field_validator("*", mode="wrap")
    @classmethod
    def _trim(cls, value: Any, check: ValidatorFunctionWrapHandler) -> Any:
        """As it was sent it fits the description, blanks and all; as it is kept it fits too."""
        checked = check(value)
        kept = _trimmed(value) if cls.trims else value
        return checked if kept == value else check(kept)

    @field_validator("*")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if not is_plain(value):
            raise PydanticCustomError("nul", "no NUL or half characters, no numbers beyond 64 bits")
        return value


class Given(BaseModel):
    """A part of an answer. A key that it does not name cannot get out."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def is_plain(value: Any) -> bool:
    """Whether both databases can keep it: PostgreSQL knows no NUL in a text, neither knows larger numbers, nor half a
    pair of surrogates, which JSON can name."""
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(member) for key, member in value.items())
    if isinstance(value, list | tuple):
        return all(is_plain(member) for member in value)
    if isinstance(value, int):
        return -_LARGEST <= value <= _LARGEST
    return not (isinstance(value, str) and _UNKEPT.search(value))


def _trimmed(value: Any) -> Any:
    if isinstance(value, list):
        return [_trimmed(member) for member in value]
    return value.strip() if isinstance(value, str) else value


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2026-03-02T02:00:00.000Z"]}
Moment = Annotated[datetime, PlainSerializer(_utc, return_type=str), WithJsonSchema(_SCHEMA)]
"""A moment in UTC, e.g. 2026-03-02T02:00:00.000Z."""


class Created(Given):
    """The id of what was made."""

    id: IdOut
