"""Stages in which nobody may turn to the client: whether a case is in one now, and what may go out all the same."""

from dataclasses import dataclass
from datetime import datetime

from core.cases.tables import case
from core.catalog.catalogue import Catalogue
from core.engine.text import Words
from core.store.reading import Lookup


@dataclass(frozen=True, slots=True)
class Gag:
    """The stage where a case is, since when, and the flow's messages that the law wants sent."""

    stage: Words
    since: datetime
    lets_out: frozenset[str]


def gag_of(catalogue: Catalogue, lookup: Lookup, case_id: int) -> Gag | None:
    """None for a case that is closed, is not there, or may be told of as usual. As its version of the flow says now."""
    row = lookup.peek(case, case_id)
    if row is None or row["state"] != "open":
        return None
    stage = catalogue.compiled(lookup, row["flow_version_id"]).flow.stage(row["stage"])
    return Gag(stage.name, row["entered_at"], frozenset(stage.gag_except)) if stage.gag else None
