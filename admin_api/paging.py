"""Lists in pages: a cursor that only we can read says where the page before ended, so nothing is skipped or repeated.

A cursor holds the place of the last entry in the list's order, not its number: what is added or taken away meanwhile
does not move the others.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, TypeVar

from fastapi import Query
from pydantic import Field

from core.kit.errors import Invalid, Problem

MOST: Final = 500  # entries of one page
USUAL: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Entry = TypeVar("Entry")
Place = tuple[int | str, ...]  # where an entry stands in the order of its list; no two have the same

Cursor = Annotated[
    str | None,
    Query(max_length=1000, description="`next` of the page before; the first page without it.", examples=["WzE3XQ"]),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.", examples=[50])]
Next = Annotated[
    str | None,
    Field(description="Give it as `cursor` for the next page; null on the last one.", examples=["WzE3XQ"]),
]


def page_of(
    entries: Iterable[Entry], place: Callable[[Entry], Place], cursor: str | None, limit: int
) -> tuple[list[Entry], str | None]:
    """One page of entries that come in any order, and the cursor of the next one. Raises Invalid for a strange cursor.

    ``place``: each entry's own; the list goes from the smallest to the greatest.
    """
    after = read_cursor(cursor)
    try:
        found = sorted((each for each in entries if after is None or place(each) > after), key=place)
    except TypeError:
        raise _strange() from None
    return cut(found, place, limit)


def cut(found: Sequence[Entry], place: Callable[[Entry], Place], limit: int) -> tuple[list[Entry], str | None]:
    """The same of entries that begin after the cursor and are in order; one more than a page: it goes on."""
    page = list(found[:limit])
    return page, cursor_at(place(page[-1])) if len(found) > limit else None


def read_cursor(cursor: str | None) -> Place | None:
    """The place behind which a page begins; None for the first one. Raises Invalid for what we did not write."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise _strange() from None
    if not isinstance(place, list) or not place or not all(isinstance(each, int | str) for each in place):
        raise _strange()
    return tuple(place)


def id_before(cursor: str | None) -> int | None:
    """The id in a cursor of a list that goes by falling ids. Raises Invalid."""
    match read_cursor(cursor):
        case None:
            return None
        case (int(place),) if -(2**63) < place < 0:
            return -place
    raise _strange()


def id_after(cursor: str | None) -> int:
    """The id in a cursor of a list that goes by rising ids; 0 for the first page. Raises Invalid."""
    match read_cursor(cursor):
        case None:
            return 0
        case (int(place),) if 0 < place < 2**63:
            return place
    raise _strange()


def before_id(found: int | None) -> str | None:
    """The cursor that `id_before` reads; None after the last page."""
    return None if found is None else cursor_at((-found,))


def moment(value: datetime) -> int:
    """A moment as a part of a place."""
    return (value - _EPOCH) // timedelta(microseconds=1)


def cursor_at(place: Place) -> str:
    """The cursor of the page that begins behind this place."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def _strange() -> Invalid:
    words = {
        "zh-CN": "cursor 不是本列表给出的 next，请从第一页重新开始。",
        "en": "cursor is no `next` of this list: begin with the first page again.",
    }
    return Invalid(problems=[Problem("/cursor", "page.cursor", words)])
