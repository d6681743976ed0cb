"""Notices that nobody needs any more when their turn to be sent comes: what they tell or ask for is over.

A decision, a refusal, an answer and the words of a person are never among them, however late they are.
"""

from collections.abc import Callable, Mapping

from core.cases.tables import case, document_version
from core.catalog.catalogue import Catalogue
from core.conversations.tables import handoff
from core.ledger.tables import button
from core.store.reading import Lookup
from core.store.sealing import Row
from core.tasks.tables import task


class Overtaken(Exception):
    """The notice is not sent: its reason is gone."""


def overtaken(lookup: Lookup, catalogue: Catalogue, row: Row) -> bool:
    """Whether the reason of a notice is gone. Raises what drawing it would raise."""
    kinds = _STAFF if row["person_kind"] == "staff" else _CLIENT
    look = kinds.get(row["notice"]["kind"])
    return look is not None and look(lookup, catalogue, row)


def _stage(lookup: Lookup, catalogue: Catalogue, row: Row) -> bool:
    """The client is somewhere else already, and hears of it; what a stage brought with it (granted, refused) stays."""
    there = lookup.peek(case, row["notice"]["subject"]["case"])
    if there is None or row["notice"]["params"].get("substate"):
        return False
    flow, told = catalogue.compiled(lookup, there["flow_version_id"]).flow, row["notice"]["params"]["stage"]
    if any(each.outcome and each.to == told for each in flow.transitions):
        return False
    return bool(flow.shown(there["stage"]).key != told)


def _work(lookup: Lookup, catalogue: Catalogue, row: Row) -> bool:
    there = lookup.peek(case, row["notice"]["subject"]["case"])
    left = there is not None and (there["state"] != "open" or there["stage"] != row["notice"]["params"]["stage"])
    return left or _no_button(lookup, row)


def _review(lookup: Lookup, catalogue: Catalogue, row: Row) -> bool:
    version = lookup.peek(document_version, row["notice"]["subject"]["version"])
    return (version is not None and version["status"] != "submitted") or _no_button(lookup, row)


def _task(lookup: Lookup, catalogue: Catalogue, row: Row) -> bool:
    there = lookup.peek(task, row["notice"]["subject"]["task"])
    return (there is not None and there["state"] != "open") or _no_button(lookup, row)


def _call(lookup: Lookup, catalogue: Catalogue, row: Row) -> bool:
    there = lookup.peek(handoff, row["notice"]["subject"]["handoff"])
    return there is not None and there["state"] != "waiting"


def _no_button(lookup: Lookup, row: Row) -> bool:
    """Nothing can be done with the card: the work is done, or somebody else's."""
    tokens = row["notice"]["tokens"]
    found = (lookup.first(button, token=token) for token in tokens)
    return bool(tokens) and all(each is None or each["state"] != "open" for each in found)


_Look = Callable[[Lookup, Catalogue, Row], bool]
_CLIENT: Mapping[str, _Look] = {"stage": _stage}
_STAFF: Mapping[str, _Look] = {
    "stage_work": _work,
    "review": _review,
    "reasons": _review,
    "task": _task,
    "handoff": _call,
}
