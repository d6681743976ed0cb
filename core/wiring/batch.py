"""Many versions approved with one act, from a chat or over the API: each by a ReviewDocument of its own."""

from collections.abc import Iterable

from core.bus.bus import Bus
from core.bus.deed import Cause
from core.cases.second_look import one_is_enough
from core.cases.tables import document_version
from core.commands.documents import ReviewDocument
from core.store.locks import case_key
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.views.clear_reviews import is_clear


def approve_each(bus: Bus, uow: UnitOfWork, version_ids: Iterable[int], cause: Cause) -> tuple[list[Row], list[Row]]:
    """Approve each as the actor. Returns what was approved, and what was replaced, decided, questioned or given to two
    reviewers since it was shown: that is left as it is."""
    rows = [uow.get(document_version, version_id) for version_id in version_ids]
    uow.need(*(case_key(row["case_id"]) for row in rows))
    approved, left = list[Row](), list[Row]()
    for row in rows:
        refusal = None
        clear = row["status"] == "submitted" and is_clear(row) and one_is_enough(row, cause.actor)
        if clear:
            _, refusal = bus.attempt(uow, ReviewDocument(version_id=row["id"], decision="approved"), cause)
        (approved if clear and refusal is None else left).append(row)
    return approved, left
