"""The small pieces that every part of a flow is made of: choices, parameters, and how strictly they are read."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.engine.text import Words


class Piece(BaseModel):
    """A part of a flow as its author wrote it: unknown keys are mistakes, and nothing changes afterwards.

    Only the shape is checked here. Whether a key is safe, a name known or a text there in both languages is asked by
    ``core.engine.lint``, so that an author is told everything at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(Piece):
    """One of several: an applicant type, a sub-status, a reason, a value of a field. ``key`` is what is stored."""

    key: str
    name: Words


class Param(Piece):
    """A figure that an authority may change: ``value`` is text, a list or a mapping, as it stands in the source.

    ``as_of`` is the day on which somebody looked it up, ``source`` says where. Used as ``${key}`` in the flow.
    """

    value: Any
    as_of: date
    source: str
