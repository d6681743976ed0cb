"""The rows of hand-overs: the one that waits for an answer, and its end without one."""

from core.bus.deed import Deed
from core.cases.tables import case_handover
from core.events.handovers import HandoverLapsed
from core.store.reading import Lookup
from core.store.sealing import Row


def open_handover(lookup: Lookup, case_id: int) -> Row | None:
    """The hand-over of this case that waits for an answer."""
    return lookup.first(case_handover, case_id=case_id, state="offered")


def lapse(case_id: int, deed: Deed, *, moved: bool = False) -> None:
    """The case has left the stage in which it was offered, or (`moved`) another version of its flow knows no such
    hand-over: nobody can accept it any more."""
    offered = open_handover(deed.uow, case_id)
    if offered is not None:
        deed.uow.change(case_handover, offered["id"], state="lapsed", settled_at=deed.now)
        deed.emit(HandoverLapsed(case_id=case_id, handover_id=offered["id"], moved=moved))
