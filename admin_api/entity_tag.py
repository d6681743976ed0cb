"""Entity tags: the state of a thing has a name, and whoever changes it says which state he has seen (RFC 9110)."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table
from starlette.requests import Request

from admin_api.schemas.ids import read_id
from core.kit.errors import Refusal
from core.store.reading import Lookup
from core.store.unit import UnitOfWork

HEADER: Final = "If-Match"
_TAG: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')

State = Callable[[Lookup, str], object]
Work = Callable[[UnitOfWork], tuple[Any, Refusal | None]]


class Outdated(Refusal):
    """Read it again: it has changed since, or is not there any more."""

    code, status = "precondition_failed", 412


class TagNeeded(Refusal):
    """Send ``If-Match`` with the ``ETag`` that reading it gave."""

    code, status = "precondition_required", 428


@dataclass(frozen=True, slots=True)
class Tagged:
    """A thing with an entity tag: the same for the operation that reads it and those that change it.

    ``name`` and the path's ``parameter`` (None: there is one of it) name the lock under which it is changed; ``state``
    gives what the tag stands for, by the value in the path, or None for what is not there.
    """

    name: str
    parameter: str | None
    state: State

    def given(self, request: Request) -> str:
        """Which one the request is about; nothing where there is one only."""
        return "" if self.parameter is None else str(request.path_params[self.parameter])

    def tag(self, lookup: Lookup, given: str) -> str | None:
        """The entity tag with its quotes, None for what is not there."""
        state = self.state(lookup, given)
        if state is None:
            return None
        return f'"{hashlib.sha256(repr(state).encode()).hexdigest()[:32]}"'


def of_row(table: Table, parameter: str) -> Tagged:
    """The state of one row, by the id in the path: its version where it has one, else all of it."""

    def state(lookup: Lookup, given: str) -> object:
        row_id = read_id(given)
        row = None if row_id is None else lookup.peek(table, row_id)
        if row is None:
            return None
        return (table.name, row["id"], row["version"]) if "version" in row else sorted(row.items())

    return Tagged(table.name, parameter, state)


@dataclass(slots=True)
class Match:
    """The condition of one request; ``now`` is the tag after the deed."""

    tagged: Tagged
    given: str
    wanted: str | None
    now: str | None = None

    def keys(self) -> tuple[str, ...]:
        return (f"{self.tagged.name}:{self.given}",)

    def around(self, work: Work) -> Work:
        """The same work on the state that the caller has seen. The unit raises Outdated on another; nothing is done.

        The work goes first and is taken back: whoever may not do it learns nothing from the tag.
        """

        def matched(uow: UnitOfWork) -> tuple[Any, Refusal | None]:
            before = self.tagged.tag(uow, self.given)
            result, refusal = work(uow)
            if refusal is None and not self.fits(before):
                raise Outdated
            self.now = self.tagged.tag(uow, self.given) if refusal is None else None
            return result, refusal

        return matched

    def fits(self, tag: str | None) -> bool:
        """Whether the condition holds; a weak tag never does."""
        if self.wanted is None:
            return True
        if tag is None or self.wanted.strip() == "*":
            return tag is not None
        return any(not weak and found == tag for weak, found in _TAG.findall(self.wanted))


def match_of(request: Request, tagged: Tagged | None, *, guarded: bool) -> Match | None:
    """The request's condition. Raises TagNeeded where one must be given and is not."""
    if tagged is None:
        return None
    wanted = request.headers.getlist(HEADER)
    if not wanted and guarded:
        raise TagNeeded
    return Match(tagged, tagged.given(request), ", ".join(wanted) if wanted else None)
