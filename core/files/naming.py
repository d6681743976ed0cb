"""Which files of the store are named: by a kept file, or by an update or errand that is not settled yet."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import or_, select

from core.files.tables import file
from core.ledger.tables import errand, in_state, inbox
from core.store.reading import Reader

_HANDLE: Final = re.compile(r"[0-9a-f]{32}")
_BATCH: Final = 400  # handles in one question; SQLite takes a thousand values


def kept_names(reader: Reader, handles: Iterable[str]) -> set[str]:
    """Those of the handles that a kept file names, as its original or its preview."""
    wanted, named = sorted(handles), set[str]()
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        both = select(file.c.handle, file.c.preview_handle)
        for row in reader.rows(both.where(or_(file.c.handle.in_(part), file.c.preview_handle.in_(part)))):
            named |= {row["handle"], row["preview_handle"]}
    return named


def names_in(what: Any) -> set[str]:
    """Everything in an unsettled row that could be a handle: better one file too many than one too few."""
    text = what.decode("utf-8", "replace") if isinstance(what, bytes) else json.dumps(what)
    return set(_HANDLE.findall(text))


def named_by_waiting(reader: Reader) -> set[str]:
    """What updates and errands name that wait or are parked; updates first, as a name moves in this direction."""
    named = set[str]()
    for entry in reader.find(inbox, in_state(inbox, "waiting", "dead")):
        named |= names_in(entry["raw"])
    for each in reader.find(errand, errand.c.state.notin_(("done", "discarded"))):  # those that wait for consent too
        named |= names_in(each["what"])
    return named


def all_kept(reader: Reader) -> set[str]:
    """Every original and preview that a kept file names."""
    rows = reader.rows(select(file.c.handle, file.c.preview_handle))
    return {handle for row in rows for handle in (row["handle"], row["preview_handle"]) if handle}
