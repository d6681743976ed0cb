"""Ids in JSON: 64-bit numbers as text, because a browser's numbers are exact up to 53 bits only."""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_MOST: Final = 2**63 - 1
_FORM: Final = "^[1-9][0-9]{0,18}$"
_EXAMPLES: Final = ["301234567890123456"]
_SCHEMA: Final = {"type": "string", "pattern": _FORM, "examples": _EXAMPLES}
_ID = re.compile(_FORM)


def read_id(text: object) -> int | None:
    """The number, or None for anything that is no id as this API writes it."""
    if not isinstance(text, str) or not text.isascii() or not _ID.fullmatch(text):
        return None
    number = int(text)
    return number if number <= _MOST else None


def _given(value: object) -> int:
    found = read_id(value)
    if found is None:
        raise PydanticCustomError("id", "an id is a text of digits")
    return found


IdIn = Annotated[int, BeforeValidator(_given), WithJsonSchema(_SCHEMA)]
"""An id as it is sent to us."""

IdOut = Annotated[int, PlainSerializer(str, return_type=str), WithJsonSchema(_SCHEMA)]
"""An id as we write it."""


_ACTOR: Final = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,18})$", "examples": _EXAMPLES}
ActorIdOut = Annotated[
    int, PlainSerializer(str, return_type=str), WithJsonSchema({**_ACTOR, "description": "0: Banli itself."})
]
"""Who did something: a member of staff, a client, or Banli itself."""


def ids_as_text(value: Any) -> Any:
    """A free JSON document in which every whole number that a browser would round is a text."""
    if isinstance(value, dict):
        return {key: ids_as_text(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [ids_as_text(member) for member in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return str(value)
    return value
