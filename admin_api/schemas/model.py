"""The two kinds of models: what is sent to us, and what we write."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from admin_api.schemas.ids import IdOut


class Sent(BaseModel):
    """The body of a request. A key that it does not name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Given(BaseModel):
    """A part of an answer. A key that it does not name cannot get out."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2026-03-02T02:00:00.000Z"]}
Moment = Annotated[datetime, PlainSerializer(_utc, return_type=str), WithJsonSchema(_SCHEMA)]
"""A moment in UTC, e.g. 2026-03-02T02:00:00.000Z."""


class Created(Given):
    """The id of what was made."""

    id: IdOut
