"""Erasure and its hold: first the tombstone, in one unit; what is personal goes in steps, his files at the end."""

from collections.abc import Iterable
from datetime import datetime

from core.bus.deed import Deed
from core.clients.tables import client, erasure, legal_hold
from core.commands.data_rights import EraseAgain, EraseClient, ExportClient, HoldClient, LiftHold, SettleErasure
from core.events.data_rights import ClientErased, ClientExported, ClientHeld, HoldLifted
from core.events.event import Event
from core.kit.errors import NotPossibleNow
from core.store.locks import case_key
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

BELL = "erasure"


def export_client(command: ExportClient, deed: Deed) -> None:
    """The copy itself is read by the door; here it is noted that it went out. Raises NotPossibleNow when erased."""
    _check_there(deed, command.client_id)
    _tell(deed, command.client_id, ClientExported)


def erase_client(command: EraseClient, deed: Deed) -> None:
    """Raises NotPossibleNow while a case is open, while the data must be kept, and when there is nothing left."""
    _check_there(deed, command.client_id)
    if deed.tool("open_cases")(deed.uow, command.client_id):
        raise NotPossibleNow(reason="cases_open")
    if hold_of(deed.uow, command.client_id) is not None:
        raise NotPossibleNow(reason="legal_hold")
    _erase(deed, command.client_id, deed.now)


def erase_again(command: EraseAgain, deed: Deed) -> None:
    """Does nothing for a client who is not there, or who is erased already."""
    row = deed.uow.peek(client, command.client_id)
    if row is not None and row["erased_at"] is None:
        _erase(deed, command.client_id, command.at)


def settle_erasure(command: SettleErasure, deed: Deed) -> None:
    deed.uow.change(erasure, command.erasure_id, state="done", handles=[])


def hold_client(command: HoldClient, deed: Deed) -> None:
    """Holding twice changes nothing. Raises NotPossibleNow when there is nothing left to keep."""
    _check_there(deed, command.client_id)
    if hold_of(deed.uow, command.client_id) is not None:
        return
    by_id = deed.actor.id if deed.actor.kind == "staff" else None
    deed.uow.add(legal_hold, client_id=command.client_id, reason=command.reason, by_id=by_id, at=deed.now)
    _tell(deed, command.client_id, ClientHeld)


def lift_hold(command: LiftHold, deed: Deed) -> None:
    """Raises NotPossibleNow when there is none."""
    held = hold_of(deed.uow, command.client_id)
    if held is None:
        raise NotPossibleNow(reason="no_hold")
    by_id = deed.actor.id if deed.actor.kind == "staff" else None
    lifted = {"lifted_at": deed.now, "lifted_by": by_id, "lifted_why": command.reason}
    deed.uow.change(legal_hold, held["id"], **lifted)
    _tell(deed, command.client_id, HoldLifted)


def hold_of(lookup: Lookup, client_id: int) -> Row | None:
    """The hold that is in force."""
    return lookup.first(legal_hold, client_id=client_id, lifted_at=None)


def waiting(lookup: Lookup) -> list[Row]:
    """Erasures that have begun and are not done."""
    return [row for state in ("emptying", "shredding") for row in lookup.find(erasure, state=state)]


def note_emptied(uow: UnitOfWork, erasure_id: int, handles: Iterable[str], *, last: bool) -> None:
    """Of one step, in its unit: which files may be shredded afterwards; with the last one they may be."""
    known = uow.get(erasure, erasure_id)
    state = "shredding" if last else known["state"]
    uow.change(erasure, erasure_id, handles=sorted({*known["handles"], *handles}), state=state)


def _erase(deed: Deed, client_id: int, at: datetime) -> None:
    """From here on he is erased, whatever happens to this process; the eraser does the rest in steps."""
    _tell(deed, client_id, ClientErased)
    deed.tool("end_cases")(deed.uow, client_id)
    deed.uow.change(client, client_id, erased_at=at)
    known = deed.uow.first(erasure, client_id=client_id)
    if known is None:
        deed.uow.add(erasure, client_id=client_id, at=at, handles=[])
    else:
        deed.uow.change(erasure, known["id"], state="emptying")
    deed.uow.rings.add(BELL)


def _check_there(deed: Deed, client_id: int) -> None:
    if deed.uow.get(client, client_id)["erased_at"] is not None:
        raise NotPossibleNow(reason="erased")


def _tell(deed: Deed, client_id: int, event: type[Event]) -> None:
    """On the timeline of every case of his, closed ones too."""
    cases: list[int] = deed.tool("cases_of")(deed.uow, client_id)
    deed.uow.need(*map(case_key, cases))
    for case_id in cases or [None]:  # type: ignore[list-item]  # no case: the reactions still hear of it
        deed.emit(event(case_id=case_id, client_id=client_id))  # type: ignore[call-arg]  # all of them have it
